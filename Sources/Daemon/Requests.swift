// What signals and other threads ask of the daemon, as something that poll(2) can wait for.

internal import Foundation
internal import Glibc
package import SystemPackage

package final class Requests: Sendable {
    package enum Request: UInt8, Sendable, CaseIterable {
        /// End, with a checkpoint of what runs.
        case stop = 1
        /// Read the settings again.
        case reload = 2
    }

    private let pipe: Pipe

    /// - Throws: `system`.
    package init() throws(DaemonError) {
        pipe = try Pipe()
        // Sending and taking never wait; a full pipe holds requests enough.
        for end in [pipe.readEnd, pipe.writeEnd] { _ = fcntl(end.rawValue, F_SETFL, O_NONBLOCK) }
    }

    deinit {
        try? pipe.readEnd.close()
        try? pipe.writeEnd.close()
    }

    /// Readable once something was sent, until it is taken.
    package var descriptor: FileDescriptor { pipe.readEnd }

    /// Any number of times, from any thread.
    package func send(_ request: Request) { _ = try? pipe.writeEnd.writeAll([request.rawValue]) }

    /// What was sent since the last call.
    package func take() -> Set<Request> {
        var requests: Set<Request> = []
        var bytes = [UInt8](repeating: 0, count: 256)
        while let count = try? bytes.withUnsafeMutableBytes({ try pipe.readEnd.read(into: $0) }), count > 0 {
            requests.formUnion(bytes[..<count].compactMap(Request.init))
        }
        return requests
    }

    /// Sends it at each of these signals, as long as what is returned is kept.
    package func send(_ request: Request, on signals: [Int32]) -> SignalSubscription {
        SignalSubscription(signals) { [self] in send(request) }
    }
}
