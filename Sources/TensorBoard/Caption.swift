// What a card in TensorBoard says about itself beside its tag.

package struct Caption: Hashable, Sendable {
    package var title: String
    /// Markdown, shown behind the card's info button.
    package var description: String

    package init(title: String, description: String) {
        (self.title, self.description) = (title, description)
    }
}
