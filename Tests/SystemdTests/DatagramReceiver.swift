// The other end of a Unix datagram socket: what a test sends itself, byte for byte.

import Foundation
import TemporaryFolders
import Testing

final class DatagramReceiver {
    /// To send to: a path, or @ and a name of the abstract namespace.
    let name: String
    private let descriptor: Int32
    private let temporary: TemporaryFolder

    init(isAbstract: Bool = false) throws {
        temporary = try TemporaryFolder()
        name = isAbstract ? "@alexnetd-\(UUID().uuidString)" : temporary.path.appending("s").string
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = isAbstract ? [0] + name.utf8.dropFirst() : Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(2 + name.utf8.count))
            }
        }
        try #require(bound == 0)
    }

    deinit { close(descriptor) }

    /// The next datagram that has come in; nil if none has.
    func next() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : Array(buffer.prefix(count))
    }

    func nextText() -> String? { next().map { String(decoding: $0, as: UTF8.self) } }
}
