// One record of an event file (proto/event.proto).

package struct Event: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// The first event of every file.
        case fileVersion(String)
        /// An encoded GraphDef.
        case graph([UInt8])
        /// An encoded RunMetadata; the Graphs tab lists it by its tag.
        case runMetadata(tag: String, [UInt8])
        case summary(Summary)
        /// Something this program does not write; only ever read.
        case other
    }

    /// Seconds since 1970.
    package var wallTime: Double
    package var step: Int
    package var content: Content
    /// The program that wrote the file; set beside `fileVersion` only.
    package var writer: String?

    package init(wallTime: Double, step: Int, _ content: Content, writer: String? = nil) {
        (self.wallTime, self.step, self.content, self.writer) = (wallTime, step, content, writer)
    }

    /// How every file of ours begins. Version 2 is what readers of today expect.
    static func fileVersion(wallTime: Double) -> Event {
        Event(wallTime: wallTime, step: 0, .fileVersion("brain.Event:2"), writer: "alexnetd")
    }
}
