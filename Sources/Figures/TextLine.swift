// A line of text as glyphs: measured, cut to a width, and drawn by `Canvas`. Widths are in dots.

internal import Foundation

struct TextLine: Hashable, Sendable {
    private(set) var glyphs: [Glyph] = []

    /// Dots between two glyphs.
    static let gap = 1

    /// Letters lose their accents; other characters than the typeface's are boxes.
    init(_ text: String) {
        for character in text {
            if let glyph = Glyph.all[character] {
                glyphs.append(glyph)
                continue
            }
            // "é" is one character; decomposed canonically it is "e" and a mark. What is more than a letter with marks,
            // an emoji or a word of another script, stays a box for each character.
            let base = String(character).decomposedStringWithCanonicalMapping.unicodeScalars.filter {
                $0.properties.generalCategory != .nonspacingMark
            }
            let plain = base.count == 1 ? base.first.flatMap { Glyph.all[Character($0)] } : nil
            glyphs.append(plain ?? Glyph.box)
        }
    }

    private init(_ glyphs: [Glyph]) { self.glyphs = glyphs }

    var width: Int { glyphs.isEmpty ? 0 : glyphs.reduce(0) { $0 + $1.width } + (glyphs.count - 1) * Self.gap }

    /// Itself if it is no wider; otherwise as much of it as fits before a "…". At least the "…".
    func cut(to width: Int) -> TextLine {
        if self.width <= width { return self }
        var kept = glyphs
        while let last = kept.popLast() {
            // No space before the "…".
            if last == Self.space { continue }
            let cut = TextLine(kept + [last]) + Self.ellipsis
            if cut.width <= width { return cut }
        }
        return Self.ellipsis
    }

    static func + (left: TextLine, right: TextLine) -> TextLine { TextLine(left.glyphs + right.glyphs) }

    private static let ellipsis = TextLine("…")
    private static let space = Glyph.all[" "]
}
