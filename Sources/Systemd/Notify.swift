// sd_notify(3) and sd_watchdog_enabled(3): tells systemd how the service is. Silent without systemd.

internal import Foundation
internal import Glibc

package struct Notify: Sendable {
    package enum News: Hashable, Sendable {
        case ready, stopping
        /// The settings are read again; `ready` ends it.
        case reloading
        /// One line for `systemctl status`.
        case status(String)
        /// Still alive: due every `watchdogInterval`.
        case watchdog
        /// Starting, stopping or reloading takes at least so many seconds more.
        case extendTimeout(seconds: Double)
    }

    private let path: String
    /// Seconds between two `watchdog`s: half of what systemd waits for. Nil where it waits for none of this process.
    package let watchdogInterval: Double?

    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        path = environment["NOTIFY_SOCKET"] ?? ""
        let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap(UInt64.init) ?? 0
        watchdogInterval = isOurs && limit > 0 ? Double(limit) / 2e6 : nil
    }

    /// All in one datagram.
    /// - Returns: whether somebody was told.
    @discardableResult
    package func send(_ news: News...) -> Bool { send(news.map(\.text).joined(separator: "\n")) }

    /// - Parameter state: lines such as "READY=1".
    /// - Returns: whether somebody was told.
    @discardableResult
    package func send(_ state: String) -> Bool {
        guard let socket = DatagramSocket(path) else { return false }
        return socket.send(Array(state.utf8)) == nil
    }
}

extension Notify.News {
    /// As sd_notify(3) has it.
    var text: String {
        switch self {
        case .ready: return "READY=1"
        case .stopping: return "STOPPING=1"
        case .reloading:
            // systemd 253 and later wait for a READY=1 that was sent after this moment.
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return "RELOADING=1\nMONOTONIC_USEC=\(time.tv_sec * 1_000_000 + time.tv_nsec / 1000)"
        case .status(let text):
            // A line break would begin another assignment.
            return "STATUS=" + String(text.map { $0.isNewline ? " " : $0 })
        case .watchdog: return "WATCHDOG=1"
        case .extendTimeout(let seconds):
            return "EXTEND_TIMEOUT_USEC=\(UInt64(max(0, min(seconds, 1e9)) * 1e6))"
        }
    }
}
