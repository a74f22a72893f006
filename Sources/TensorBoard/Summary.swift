// What one event says about its step: a value per tag.

package struct Summary: Hashable, Sendable {
    package struct Value: Hashable, Sendable {
        package var tag: String
        package var content: Content

        package init(_ tag: String, _ content: Content) {
            (self.tag, self.content) = (tag, content)
        }
    }

    package enum Content: Hashable, Sendable {
        /// Stored as `simple_value`, the one form every reader of event files understands.
        case scalar(Float)
        /// Markdown, stored as a string tensor of rank 0 for the plugin "text".
        case text(String)
        /// Something this program does not write; only ever read.
        case other
    }

    package var values: [Value]

    package init(_ values: [Value]) {
        self.values = values
    }
}
