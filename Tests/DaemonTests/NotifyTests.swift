import Daemon
import Foundation
import TemporaryFolders
import Testing

@Suite struct NotifyTests {
    @Test(arguments: [true, false]) func tellsTheSocket(_ isAbstract: Bool) throws {
        let temporary = try TemporaryFolder()
        let name = isAbstract ? "@alexnetd-\(UUID().uuidString)" : temporary.path.appending("s").string
        let receiver = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(receiver) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: isAbstract ? [0] + name.utf8.dropFirst() : Array(name.utf8))
        }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(receiver, $0, socklen_t(2 + name.utf8.count))
            }
        }
        try #require(bound == 0)
        #expect(Notify(environment: ["NOTIFY_SOCKET": name]).send("READY=1"))
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = recv(receiver, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "READY=1")
    }

    @Test(arguments: ["", "relative", "/no/such/socket", "/" + String(repeating: "x", count: 200)])
    func isSilentWithoutOne(_ name: String) {
        #expect(!Notify(environment: ["NOTIFY_SOCKET": name]).send("READY=1"))
    }
}
