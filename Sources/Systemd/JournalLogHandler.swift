// swift-log's lines as entries of the journal, their metadata as fields.

package import Logging

package struct JournalLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata = Logger.Metadata()
    package var metadataProvider: Logger.MetadataProvider?
    private let journal: Journal

    package init(_ journal: Journal) { self.journal = journal }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        for more in [metadataProvider?.get(), event.metadata] {
            all.merge(more ?? [:]) { _, newer in newer }
        }
        let message = event.error.map { "\(event.message): \($0)" } ?? "\(event.message)"
        journal.write(message, event.level, fields: all.mapValues(\.description))
    }
}
