// Datagrams to a Unix socket that bears a name: how sd_notify(3) and the journal's native protocol are spoken. Each goes
// to whoever has the name at that moment, so a peer that starts again is found.

internal import Glibc
internal import SystemPackage

final class DatagramSocket: Sendable {
    private let descriptor: FileDescriptor
    /// With a zero byte for the @ of the abstract namespace.
    private let name: [UInt8]

    /// - Parameter path: from / on, or @ and a name.
    /// - Returns: nil for no such path, or if the system has no socket left.
    init?(_ path: String) {
        var name = Array(path.utf8)
        guard name.first == UInt8(ascii: "/") || name.first == UInt8(ascii: "@"),
            name.count < MemoryLayout<sockaddr_un>.size - MemoryLayout<sa_family_t>.size
        else { return nil }
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        let raw = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { return nil }
        (self.name, descriptor) = (name, FileDescriptor(rawValue: raw))
    }

    deinit { try? descriptor.close() }

    /// - Returns: why it was not sent whole; nil if it was.
    func send(_ bytes: [UInt8]) -> Errno? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout.size(ofValue: address.sun_family) + name.count)
        while true {
            let sent = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(descriptor.rawValue, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
                }
            }
            if sent == bytes.count { return nil }
            let reason = sent < 0 ? Errno(rawValue: errno) : .messageTooLong
            if reason != .interrupted { return reason }
        }
    }
}
