// A request to stop, from a signal or another thread, as something that poll(2) can wait for.

internal import Dispatch
internal import Foundation
internal import Glibc
package import SystemPackage

package final class StopRequest: Sendable {
    private let pipe: Pipe

    /// - Throws: `system`.
    package init() throws(DaemonError) { pipe = try Pipe() }

    deinit {
        try? pipe.readEnd.close()
        try? pipe.writeEnd.close()
    }

    /// Readable once it was sent; never read, so it stays so.
    package var descriptor: FileDescriptor { pipe.readEnd }

    /// Any number of times, from any thread.
    package func send() {
        // One byte each; a pipe holds 65536 of them before this could block, and a person sends two.
        _ = try? pipe.writeEnd.writeAll([1])
    }

    /// Sends it at each of these signals, as long as what is returned is kept.
    package func onSignals(_ signals: [Int32] = SignalSubscription.endings) -> SignalSubscription {
        SignalSubscription(signals) { [self] in send() }
    }
}

/// Signals as calls on a queue, by way of Dispatch, which takes them from whatever thread they hit.
package final class SignalSubscription {
    /// What asks a process to end: a closed terminal too, unless nohup(1) says otherwise.
    package static var endings: [Int32] {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        let isIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
        return [SIGTERM, SIGINT] + (isIgnored ? [] : [SIGHUP])
    }

    private let sources: [any DispatchSourceSignal]

    package init(_ signals: [Int32], _ handler: @escaping @Sendable () -> Void) {
        sources = signals.map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal, queue: .global())
            source.setEventHandler(handler: handler)
            source.resume()
            return source
        }
    }

    deinit { for source in sources { source.cancel() } }
}
