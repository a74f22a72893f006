// Where this process's log goes: to the journal where stderr leads there, else to stderr as lines. And the level it
// begins at, which may change while it runs, for every logger at once.

internal import Foundation
package import Logging
internal import Synchronization
package import SystemPackage

package final class LogOutput: Sendable {
    private let journal: Journal?
    private let threshold: Mutex<Logger.Level>

    /// - Parameters:
    ///   - descriptor: the one that may be connected to the journal.
    ///   - socket: the journal's.
    package init(
        _ level: Logger.Level = .info, environment: [String: String] = ProcessInfo.processInfo.environment,
        descriptor: FileDescriptor = .standardError, socket: FilePath = Journal.usualSocket
    ) {
        threshold = Mutex(level)
        let isConnected = Journal.isConnected(to: descriptor, environment: environment)
        journal = isConnected ? Journal(socket: socket, fallback: descriptor) : nil
    }

    package var level: Logger.Level {
        get { threshold.withLock { $0 } }
        set { threshold.withLock { $0 = newValue } }
    }

    /// For `LoggingSystem.bootstrap` or a `Logger`.
    package func handler(label: String) -> any LogHandler {
        if let journal { return ThresholdLogHandler(base: JournalLogHandler(journal), output: self) }
        return ThresholdLogHandler(base: StreamLogHandler.standardError(label: label), output: self)
    }
}

/// Another handler under the output's level.
private struct ThresholdLogHandler<Base: LogHandler>: LogHandler {
    var base: Base
    let output: LogOutput

    var logLevel: Logger.Level {
        get { output.level }
        set { output.level = newValue }
    }
    var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue }
    }
    var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set { base.metadataProvider = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) { base.log(event: event) }
}
