// Signals as calls on a thread. A handler in C writes each into a pipe, whichever thread it hits, and one thread of this
// process reads it. (Dispatch's sources would do, but its threads ask for priorities that a service may not have, and
// each says so in the log.)

internal import CLinux
internal import Foundation
internal import Glibc
internal import Synchronization

package final class SignalSubscription: Sendable {
    private struct Subscribers {
        var handlers: [Int32: [ObjectIdentifier: @Sendable () -> Void]] = [:]
        var hasThread = false
    }

    private static let subscribers = Mutex(Subscribers())

    /// What asks a process to end: a closed terminal too, unless nohup(1) says otherwise.
    package static var endings: [Int32] { [SIGTERM, SIGINT] + (isIgnored(SIGHUP) ? [] : [SIGHUP]) }

    private let signals: [Int32]

    /// Takes these signals as long as it lives.
    /// - Parameter handler: called on a thread of its own, for one signal after the other.
    package init(_ signals: [Int32], _ handler: @escaping @Sendable () -> Void) {
        self.signals = signals
        Self.subscribers.withLock { subscribers in
            if !subscribers.hasThread { subscribers.hasThread = Self.listen() }
            // Without a pipe a signal had better do what it does to any process.
            guard subscribers.hasThread else { return }
            for signal in signals {
                subscribers.handlers[signal, default: [:]][ObjectIdentifier(self)] = handler
                _ = clinux_take_signal(signal, 1)
            }
        }
    }

    deinit {
        Self.subscribers.withLock { subscribers in
            for signal in signals {
                subscribers.handlers[signal]?[ObjectIdentifier(self)] = nil
                if subscribers.handlers[signal]?.isEmpty ?? true { _ = clinux_take_signal(signal, 0) }
            }
        }
    }

    private static func listen() -> Bool {
        let pipe = clinux_signals()
        guard pipe >= 0 else { return false }
        let thread = Thread {
            var byte: UInt8 = 0
            while case let count = read(pipe, &byte, 1), count > 0 || count < 0 && errno == EINTR {
                guard count > 0 else { continue }
                let handlers = subscribers.withLock { $0.handlers[Int32(byte)]?.values.map(\.self) ?? [] }
                for handler in handlers { handler() }
            }
        }
        thread.name = "signals"
        thread.start()
        return true
    }

    /// Whether whoever started this process had it ignore the signal.
    package static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        sigaction(signal, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
    }
}
