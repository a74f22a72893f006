// News of one folder through inotify(7): a hint that makes claiming prompt. Scans are the truth, since NFS brings no
// events and queues overflow.

internal import Glibc
package import SystemPackage

package final class FolderWatcher {
    private let folder: FilePath
    /// To poll for reading: also when something has left the folder, events were lost or the folder was replaced.
    package let descriptor: FileDescriptor
    private var watch: Int32?

    /// Watches from now on; scan after this, not before.
    /// - Throws: `watch` if the system has no inotify instance or watch left.
    package init(_ folder: FilePath) throws(SpoolError) {
        self.folder = folder
        let raw = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard raw >= 0 else {
            throw SpoolError(
                .watch, "\(folder) cannot be watched; raise fs.inotify.max_user_instances",
                cause: Errno(rawValue: errno))
        }
        descriptor = FileDescriptor(rawValue: raw)
        do {
            try arm()
        } catch {
            try? descriptor.close()
            throw error
        }
    }

    deinit { try? descriptor.close() }

    /// Whether events can be expected; false after the folder was removed or moved, until `arm` succeeds.
    package var isArmed: Bool { watch != nil }

    /// Watches the folder that now bears the path.
    package func arm() throws(SpoolError) {
        disarm()
        let events =
            IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF
        let result = inotify_add_watch(
            descriptor.rawValue, folder.string, UInt32(events) | UInt32(IN_ONLYDIR))
        guard result >= 0 else {
            throw SpoolError(.watch, "\(folder) cannot be watched", cause: Errno(rawValue: errno))
        }
        watch = result
    }

    /// The files whose writer has closed them, or that were moved in, in that order; a name may come twice. Never waits.
    package func drain() -> [String] {
        var complete: [String] = []
        let header = MemoryLayout<inotify_event>.size
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor.rawValue, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            buffer.withUnsafeBytes { bytes in
                var offset = 0
                while offset + header <= count {
                    let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    let end = offset + header + Int(event.len)
                    let name = String(
                        decoding: bytes[offset + header..<end].prefix { $0 != 0 }, as: UTF8.self)
                    take(event, name, into: &complete)
                    offset = end
                }
            }
        }
        return complete
    }

    private func take(_ event: inotify_event, _ name: String, into complete: inout [String]) {
        func has(_ mask: Int32) -> Bool { event.mask & UInt32(bitPattern: mask) != 0 }
        // Else it is of a watch that was given up.
        guard event.wd == watch else { return }
        if has(IN_DELETE_SELF) || has(IN_MOVE_SELF) || has(IN_UNMOUNT) || has(IN_IGNORED) {
            disarm()
        } else if has(IN_CLOSE_WRITE) || has(IN_MOVED_TO), !name.isEmpty {
            complete.append(name)
        }
    }

    private func disarm() {
        if let watch { inotify_rm_watch(descriptor.rawValue, watch) }
        watch = nil
    }
}
