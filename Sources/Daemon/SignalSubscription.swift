// Signals as calls on a queue, by way of Dispatch, which takes them from whatever thread they hit.

internal import Dispatch
internal import Glibc

package final class SignalSubscription {
    /// What asks a process to end: a closed terminal too, unless nohup(1) says otherwise.
    package static var endings: [Int32] { [SIGTERM, SIGINT] + (isIgnored(SIGHUP) ? [] : [SIGHUP]) }

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

    /// Whether whoever started this process had it ignore the signal.
    package static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        sigaction(signal, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
    }
}
