// What RFC 4180 says, what people's files look like, and that no bytes make the reader crash or hang.

import CSV
import Testing

@Suite struct CSVTests {
    private func rows(_ text: String) throws(CSVError) -> [[String]] { try rows(Array(text.utf8)) }

    private func rows(_ bytes: [UInt8]) throws(CSVError) -> [[String]] {
        var reader = CSVReader(bytes)
        var rows: [[String]] = []
        while let row = try reader.next() { rows.append(row.fields) }
        return rows
    }

    @Test(arguments: [
        ("", []), ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]), ("a,b\r\n1,2", [["a", "b"], ["1", "2"]]),
        ("\u{feff}a,b\n", [["a", "b"]]), ("a,b\n\n\n,\n", [["a", "b"], ["", ""]]),
        ("\"a,b\",\"say \"\"yes\"\"\",\"two\nlines\"", [["a,b", "say \"yes\"", "two\nlines"]]),
        ("ä,日本", [["ä", "日本"]]), ("\"\",\"\"", [["", ""]]), ("a\rb", [["a"], ["b"]]),
    ])
    func isRead(_ text: String, _ expected: [[String]]) throws { #expect(try rows(text) == expected) }

    @Test(arguments: [
        ("a,b\n1\n", 2, "1 fields where the rows above have 2"), ("a\n\nb\"c", 3, "a quote inside a field"),
        ("a\n\"b\n\n", 2, "does not end"), ("\"a\"b", 1, "follows a field's closing quote"),
        ("\"a\nb\"c", 2, "follows a field's closing quote"),
    ])
    func isRefused(_ text: String, _ line: Int, _ problem: String) {
        let error = #expect(throws: CSVError.self) { try rows(text) }
        #expect(error?.line == line)
        #expect(error?.problem.contains(problem) == true, "\(error as Any)")
    }

    @Test func otherEncodingsAreRefused() {
        let error = #expect(throws: CSVError.self) { try rows([0x61, 0x0a, 0xff, 0x2c]) }
        #expect(error == CSVError(line: 2, problem: "a field is not UTF-8"))
    }

    @Test func linesAreThoseOfTheFile() throws {
        var reader = CSVReader(Array("a\n\n\"b\nc\"\nd".utf8))
        var lines: [Int] = []
        while let row = try reader.next() { lines.append(row.line) }
        #expect(lines == [1, 3, 5])
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let all = [["a", ""], ["x,y", "\"q\""], ["line\nbreak", "\r"], [" space ", "ü"]]
        var writer = CSVWriter("first", "second")
        all.forEach { writer.append($0) }
        #expect(try rows(writer.bytes) == [["first", "second"]] + all)
    }

    /// Bytes cut, flipped and swapped in every way a small generator comes to.
    @Test func noBytesAreTooBad() {
        var state: UInt64 = 1
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let alphabet = Array("a,\"\n\r\u{feff}é0".utf8) + [0, 0xff]
        var read = 0
        for _ in 0..<20_000 {
            let bytes = (0..<below(24)).map { _ in alphabet[below(alphabet.count)] }
            if let rows = try? rows(bytes) {
                read += 1
                #expect(rows.allSatisfy { $0.count == rows[0].count })
            }
        }
        #expect(read > 1000)
    }
}
