// A server for one client from this machine.

import Foundation
import Synchronization
import Testing

final class LoopbackServer: Sendable {
    let port: UInt16
    private let received = Mutex("")

    /// All that the client has said so far.
    var text: String { received.withLock { $0 } }

    /// - Parameters:
    ///   - greeting: said to the client when it has come.
    ///   - answer: takes what it understands off the front of what was said, and replies; nil to hear more first.
    init(greeting: String = "", answer: @escaping @Sendable (_ said: inout String) -> String?) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isListening)
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            let client = accept(listener, nil, nil)
            close(listener)
            defer { close(client) }
            func say(_ text: String) { _ = send(client, text, text.utf8.count, Int32(MSG_NOSIGNAL)) }
            say(greeting)
            var said = ""
            var chunk = [UInt8](repeating: 0, count: 4096)
            while case let count = recv(client, &chunk, chunk.count, 0), count > 0 {
                let text = String(decoding: chunk[..<count], as: UTF8.self)
                received.withLock { $0 += text }
                said += text
                while let reply = answer(&said) { say(reply) }
            }
        }
    }
}
