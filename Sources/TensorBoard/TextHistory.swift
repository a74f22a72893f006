// What is already written of one text tag. A text is written when it is new, not when its step is.

struct TextHistory: Sendable {
    /// −1 before the first point.
    private(set) var newest = -1
    /// Whether this attempt has written one of its points.
    private(set) var isInThisFile = false
    private var newestText: String?
    /// Of the steps that a resumed run passes again.
    private var texts: [Int: String] = [:]

    /// Notes a point found on the disk. Of two at one step the first stands.
    mutating func add(_ step: Int, _ text: String, keepingText keep: Bool) {
        if keep, texts[step] == nil { texts[step] = text }
        guard step > newest else { return }
        (newest, newestText) = (step, text)
    }

    /// Notes a point about to be written, above the newest.
    mutating func write(_ step: Int, _ text: String) {
        (newest, newestText, isInThisFile) = (step, text, true)
    }

    /// Whether there is nothing to write: it is the newest, or it is being passed again.
    func holds(_ step: Int, _ text: String) -> Bool {
        newestText == text || texts[step] == text
    }
}
