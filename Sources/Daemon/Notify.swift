// sd_notify(3): tells systemd how the service is, by a datagram to the socket it names. Silent without systemd.

internal import Foundation
internal import Glibc

package struct Notify: Sendable {
    private let path: String

    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        path = environment["NOTIFY_SOCKET"] ?? ""
    }

    /// - Parameter state: "READY=1", "STOPPING=1", "STATUS=…".
    /// - Returns: whether somebody was told.
    @discardableResult
    package func send(_ state: String) -> Bool {
        var address = sockaddr_un()
        var name = Array(path.utf8)
        // An @ stands for the zero byte of the abstract namespace.
        guard name.first == UInt8(ascii: "/") || name.first == UInt8(ascii: "@"),
            name.count < MemoryLayout.size(ofValue: address.sun_path)
        else { return false }
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout.size(ofValue: address.sun_family) + name.count)

        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        let bytes = Array(state.utf8)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
        return sent == bytes.count
    }
}
