// How a chart is drawn, as far as the terminal decides it.

package struct ChartStyle: Hashable, Sendable {
    /// Whether the terminal shows Unicode: braille patterns, two by four dots a cell; else ASCII, one a cell.
    package var isUnicode: Bool
    /// Whether it shows colours.
    package var isColored: Bool

    package init(isUnicode: Bool, isColored: Bool) {
        (self.isUnicode, self.isColored) = (isUnicode, isColored)
    }

    /// Of xterm's 256 colours, told apart by eyes of every kind (after Okabe and Ito), on black and on white; beside
    /// each its faint form, for what smoothing leaves behind.
    private static let palette: [(full: Int, faint: Int)] = [
        (39, 24), (208, 94), (78, 29), (205, 89), (141, 60), (80, 30), (178, 100), (167, 88),
    ]

    /// What stands on a curve and in the legend where there are no colours.
    func marker(_ series: Int) -> Character {
        let markers = Array(isUnicode ? "abcdefghijklmnopqrstuvwxyz" : "*ox#%@=+abcdefghijklmnpqrstuvwyz")
        return markers[series % markers.count]
    }

    func painted(_ text: String, _ series: Int, faint: Bool = false) -> String {
        let color = Self.palette[series % Self.palette.count]
        return escaped(text, "38;5;\(faint ? color.faint : color.full)")
    }

    func bold(_ text: String) -> String { escaped(text, "1") }
    /// Axes, grid and what is said on the side.
    func quiet(_ text: String) -> String { escaped(text, "38;5;244") }
    func grid(_ text: String) -> String { escaped(text, "38;5;238") }

    private func escaped(_ text: String, _ code: String) -> String {
        isColored && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// One line that moves no cursor and changes no colour, whatever a file calls a tag.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: "\u{FFFD}"
                    default: scalar
                    }
                }))
    }
}
