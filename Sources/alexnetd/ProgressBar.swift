// "████░░░░░░"

enum ProgressBar {
    /// - Parameter share: of it that is done, 0 to 1; full only where all is.
    static func text(_ share: Double, width: Int) -> String {
        let filled = Int(share * Double(width))
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    }

    static func text(_ done: Int, of all: Int) -> String {
        text(all > 0 ? Double(done) / Double(all) : 0, width: 24)
    }
}
