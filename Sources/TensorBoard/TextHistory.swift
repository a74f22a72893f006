// What is already written of one text tag. A text is written when it is new, not when its step is.

struct TextHistory: Sendable {
    /// −1 before the first point.
    private(set) var newest = -1
    private var newestText: String?
    /// Of the steps that a resumed run passes again.
    private var texts: [Int: String] = [:]

    /// Notes a point, found on the disk or about to be written. Of two at one step the first stands.
    mutating func add(_ step: Int, _ text: String, keepingText keep: Bool) {
        if keep, texts[step] == nil { texts[step] = text }
        guard step > newest else { return }
        (newest, newestText) = (step, text)
    }

    /// Whether there is nothing to write: it is the newest, or it is being passed again.
    func holds(_ step: Int, _ text: String) -> Bool {
        newestText == text || texts[step] == text
    }
}
