// Archives as tar makes them, and headers that lie.

import Preparation
import Tar
import Testing

@Suite struct TarArchiveTests {
    private func entries(_ bytes: [UInt8]) throws -> [TarArchive.Entry] {
        try TarArchive.entries("a.tar", size: Int64(bytes.count)) { offset, count in
            #expect(offset >= 0 && count >= 0 && count <= 1 << 16, "only headers and names are read")
            let start = min(Int(offset), bytes.count)
            return Array(bytes[start..<min(start + count, bytes.count)])
        }
    }

    @Test func filesAreFound() throws {
        var tar = Tar()
        tar.add("a/", type: "5")
        tar.add("a/1.jpg", [1, 2, 3])
        tar.add("a/empty.jpg")
        tar.add("a/link.jpg", type: "2")
        tar.add("2.jpg", [UInt8](repeating: 7, count: 513), prefix: "far/down")
        #expect(
            try entries(tar.finished) == [
                .init(name: "a/1.jpg", offset: 1024, size: 3),
                .init(name: "a/empty.jpg", offset: 2048, size: 0),
                .init(name: "far/down/2.jpg", offset: 3072, size: 513),
            ])
        #expect(try entries(tar.bytes).count == 3, "the blocks at the end may be missing")
    }

    @Test func longNamesAreFound() throws {
        let long = String(repeating: "folder/", count: 30) + "1.jpg"
        var tar = Tar()
        tar.add("././@LongLink", Array(long.utf8) + [0], type: "L")
        tar.add("cut", [1])
        tar.add("short", [1])
        let line = " path=\(long)\n"
        let count = line.utf8.count + 3
        tar.add("PaxHeaders/x", Array("11 a=bcdef\n\(count)\(line)".utf8), type: "x")
        tar.add("cut", [1])
        #expect(try entries(tar.finished).map(\.name) == [long, "short", long])
    }

    /// As archives have it of files beyond 8 GiB; the header's own field may say anything then.
    @Test func sizesOfExtendedHeadersCount() throws {
        var tar = Tar()
        tar.add("PaxHeaders/x", Array("9 size=3\n".utf8), type: "x")
        tar.add("1.jpg", [1, 2, 3], size: 0)
        tar.add("2.jpg", [1])
        #expect(try entries(tar.finished).map(\.size) == [3, 1])
        for size in ["-1", "99999999999999999999", "4000", "x"] {
            var tar = Tar()
            tar.add("PaxHeaders/x", Array("\(size.utf8.count + 9) size=\(size)\n".utf8), type: "x")
            tar.add("1.jpg", [1, 2, 3])
            #expect(throws: PreparationError.self, "\(size)") { try entries(tar.finished) }
        }
    }

    /// Names are names: nothing is ever opened or written under them.
    @Test func namesLeadNowhere() throws {
        var tar = Tar()
        for name in ["../../etc/passwd.jpg", "/etc/shadow.jpg", "a/../../b.jpg"] { tar.add(name, [1]) }
        let tree = try ImageTree()
        try tree.write(tar.finished, "hostile.tar")
        let files = try SourceFiles(tree.root.appending("hostile.tar"))
        #expect(files.images.count == 3)
        for file in files.images {
            guard case .piece("hostile.tar", let offset) = file.place else {
                Issue.record("\(file) is no piece of the archive")
                continue
            }
            #expect(offset < tar.finished.count)
        }
    }

    @Test(arguments: [
        [UInt8](repeating: UInt8(ascii: "7"), count: 12), [0x80, 0xff] + [UInt8](repeating: 0xff, count: 10),
        [0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0], [UInt8](repeating: 0xff, count: 12), Array("-1".utf8),
        Array("99999".utf8),
    ])
    func sizesThatCannotBeAreRefused(_ field: [UInt8]) throws {
        var tar = Tar()
        tar.add("1.jpg", [1, 2, 3])
        tar.add("2.jpg", [1, 2, 3], field: field)
        let error = #expect(throws: PreparationError.self) { try entries(tar.finished) }
        #expect(error?.message.contains("a.tar is damaged or no tar archive") == true, "\(error as Any)")
        #expect(error?.message.contains("at byte 1024") == true)
    }

    @Test func hugeNamesAreRefused() throws {
        var tar = Tar()
        tar.add("././@LongLink", [UInt8](repeating: 0x61, count: 1 << 17), type: "L")
        #expect(throws: PreparationError.self) { try entries(tar.finished) }
    }

    @Test func whatIsNoTarIsRefused() {
        for bytes in [[], [1], [UInt8](repeating: 1, count: 4096), Array("PK\u{3}\u{4}".utf8)] {
            #expect(throws: PreparationError.self) { try entries(bytes) }
        }
    }

    @Test func everyDamageIsNoticedOrHarmless() {
        var tar = Tar()
        tar.add("a/1.jpg", [1, 2, 3])
        tar.add("PaxHeaders/x", Array("20 path=a/2.jpg\n99999 x".utf8), type: "x")
        tar.add("cut", [9])
        let whole = tar.finished
        var refused = 0
        for place in 0..<3 * 512 {
            for value: UInt8 in [0, 0x20, 0x37, 0x80, 0xff] {
                var bytes = whole
                bytes[place] = value
                do { _ = try entries(bytes) } catch { refused += 1 }
            }
        }
        #expect(refused > 1000)
        for count in stride(from: 0, to: whole.count, by: 7) { _ = try? entries(Array(whole.prefix(count))) }
    }
}
