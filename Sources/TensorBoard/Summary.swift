// What one event says about its step: a value per tag.

package struct Summary: Hashable, Sendable {
    package struct Value: Hashable, Sendable {
        package var tag: String
        package var content: Content
        /// Readers take a tag's first.
        package var caption: Caption?

        package init(_ tag: String, _ content: Content, caption: Caption? = nil) {
            (self.tag, self.content, self.caption) = (tag, content, caption)
        }
    }

    package enum Content: Hashable, Sendable {
        /// Stored as `simple_value`, the one form every reader of event files understands.
        case scalar(Float)
        /// Markdown, stored as a string tensor of rank 0 for the plugin "text".
        case text(String)
        /// Stored as `histo`.
        indirect case histogram(Histogram)
        /// Stored as `image`.
        indirect case image(Picture)
        /// An encoded `Layout`, stored as a string tensor of rank 0 for the plugin "custom_scalars".
        case layout([UInt8])
        /// A message of the HParams tab, stored as what the plugin "hparams" is told of the tag; its value is a zero.
        case hparams([UInt8])
        /// Something this program does not write; only ever read.
        case other
    }

    package var values: [Value]

    package init(_ values: [Value]) {
        self.values = values
    }
}
