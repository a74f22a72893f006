import Testing

@testable import Daemon

@Suite struct HookOutputTests {
    @Test func linesComeWhole() {
        var output = HookOutput()
        #expect(output.take("one\ntw".utf8) == ["one"])
        #expect(output.take("o\n\nthr".utf8) == ["two"], "empty ones say nothing")
        #expect(output.end() == ["thr"])
        #expect(output.end() == [])
    }

    @Test func longLinesAreCutAndManyDropped() {
        var output = HookOutput()
        let long = output.take(String(repeating: "x", count: 5000).utf8) + output.take("\nshort\n".utf8)
        #expect(long == [String(repeating: "x", count: HookOutput.longestLine) + " … (cut)", "short"])
        let many = output.take(String(repeating: "y\n", count: 1000).utf8)
        #expect(many.count == HookOutput.mostLines - 2 + 1)
        #expect(many.last?.contains("dropped") == true)
        #expect(output.take("z\nz".utf8) + output.end() == [])
    }

    /// A hook's output is read in terminals.
    @Test func controlCharactersAreHarmless() {
        var output = HookOutput()
        #expect(output.take("\u{1b}[2Ja\tb\r\u{7f}\u{9b}31m\n".utf8) == [" [2Ja b   31m"])
        #expect(output.take([0xff, 0x61, 0x0a]) == ["\u{fffd}a"])
    }
}
