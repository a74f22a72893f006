// A log that keeps its lines.

import Logging
import Synchronization

final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    /// "warning net: hook done: …"
    var all: [String] { lines.withLock { $0 } }
    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    func contains(_ text: String) -> Bool { all.contains { $0.contains(text) } }

    private struct Handler: LogHandler {
        let lines: LogLines
        var logLevel = Logger.Level.trace
        var metadata = Logger.Metadata()

        init(lines: LogLines) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let job = event.metadata?["job"].map { " \($0):" } ?? ""
            lines.lines.withLock { $0.append("\(event.level)\(job) \(event.message)") }
        }
    }
}
