// Text: every glyph, what becomes of letters that the typeface lacks, and cutting.

import Testing

@testable import Figures

@Suite struct TextLineTests {
    @Test func everyPrintableCharacterHasItsOwnGlyph() {
        let characters = (0x20..<0x7f).map { Character(UnicodeScalar($0)) } + ["…"]
        let glyphs = characters.compactMap { Glyph.all[$0] }
        #expect(glyphs.count == characters.count)
        #expect(Set(glyphs).count == glyphs.count)
        for (character, glyph) in Glyph.all {
            #expect(glyph.rows.count == Glyph.height, "\(character)")
            #expect((1...5).contains(glyph.width), "\(character)")
            #expect(glyph.rows.allSatisfy { $0 < 1 << glyph.width }, "\(character) has ink beyond its width")
            if character != " " {
                #expect(glyph.rows.reduce(0, |) & 1 == 1, "\(character) begins with an empty column")
                #expect(glyph.rows.reduce(0, |) >> (glyph.width - 1) == 1, "\(character) ends with one")
            }
        }
    }

    @Test func theBandsAreReadInOrder() {
        // "j" is all that is special: a dot, a stem, and a tail below the baseline.
        #expect(Glyph.all["j"] == Glyph(width: 2, rows: [2, 0, 2, 2, 2, 2, 2, 2, 1]))
        #expect(Glyph.all["L"] == Glyph(width: 4, rows: [1, 1, 1, 1, 1, 1, 15, 0, 0]))
    }

    @Test(arguments: [
        ("Ångström", "Angstrom"), ("crème brûlée", "creme brulee"), ("ÄÖÜñçý", "AOUncy"),
        ("e\u{301}\u{323}", "e"), ("Việt", "Viet"), ("Ⅷ", "\u{FFFD}"),
        ("日本", "\u{FFFD}\u{FFFD}"), ("👩‍👩‍👧", "\u{FFFD}"), ("a\nb\0", "a\u{FFFD}b\u{FFFD}"), ("ß", "\u{FFFD}"),
        ("\u{301}", "\u{FFFD}"), ("", ""),
    ])
    func accentsAreStrippedAndTheRestAreBoxes(_ text: String, _ drawn: String) {
        #expect(TextLine(text) == TextLine(drawn))
    }

    @Test func widthIsThatOfTheGlyphsAndTheGaps() {
        #expect(TextLine("").width == 0)
        #expect(TextLine("i").width == 1)
        #expect(TextLine("ij m").width == 1 + 1 + 2 + 1 + 3 + 1 + 5)
    }

    @Test func whatFitsIsNotCut() {
        let line = TextLine("golden retriever")
        #expect(line.cut(to: line.width) == line)
        #expect(line.cut(to: line.width - 1) == TextLine("golden retriev…"))
    }

    @Test func noSpaceStandsBeforeTheEllipsis() {
        let line = TextLine("cat   flap")
        #expect(line.cut(to: TextLine("cat   …").width) == TextLine("cat…"))
    }

    @Test func aCutLineIsNeverWider() {
        let line = TextLine("soft-coated wheaten terrier, 1 in 10")
        let ellipsis = TextLine("…")
        for width in -3...line.width {
            let cut = line.cut(to: width)
            #expect(cut.width <= max(width, ellipsis.width))
            #expect(width == line.width || cut.glyphs.last == ellipsis.glyphs.last)
        }
    }
}
