// Examples as protobuf lays them out, and as it does not: nothing is read outside the bytes.

import Records
import Testing

@Suite struct ExampleTests {
    /// One field of a message whose value has a length.
    private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count < 1 << 14)
        let count = UInt8(truncatingIfNeeded: bytes.count)
        return bytes.count < 128
            ? [number << 3 | 2, count] + bytes
            : [number << 3 | 2, count | 0x80, UInt8(bytes.count >> 7)] + bytes
    }

    private static func entry(_ key: String, kind: UInt8, _ list: [UInt8]) -> [UInt8] {
        field(1, field(1, Array(key.utf8)) + field(2, field(kind, list)))
    }

    private static let whole = field(
        1,
        entry("image/encoded", kind: 1, field(1, [1, 2, 3]) + field(1, [9]))
            // Packed, as writers do; a second element is not asked for.
            + entry("image/class/label", kind: 3, field(1, [0xac, 0x02, 0x01]))
            // Unpacked, as readers must take too.
            + entry("image/height", kind: 3, [1 << 3, 7])
            + entry("image/format", kind: 1, field(1, Array("JPEG".utf8)))
            + entry("image/score", kind: 2, field(1, [0, 0, 128, 63])))

    private func read<Result>(_ bytes: [UInt8], _ body: (Example) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { try body(Example($0)) }
    }

    @Test func valuesAreFound() {
        read(Self.whole) { example in
            #expect(example.bytes(ExampleKey.encoded).map(Array.init) == [1, 2, 3])
            #expect(example.integer(ExampleKey.label) == 300)
            #expect(example.integer(ExampleKey.height) == 7)
            #expect(example.text(ExampleKey.format) == "JPEG")
            #expect(example.bytes(ExampleKey.filename) == nil)
            #expect(example.integer(ExampleKey.format) == nil, "of another kind")
            #expect(example.bytes(ExampleKey.label) == nil, "of another kind")
        }
    }

    @Test func theLastOfEqualNamesCounts() {
        let later = Self.field(1, Self.entry("image/height", kind: 3, [1 << 3, 9]))
        read(Self.whole + later) { #expect($0.integer(ExampleKey.height) == 9) }
    }

    @Test func negativeNumbersHaveTenBytes() {
        let minusOne = [UInt8](repeating: 0xff, count: 9) + [1]
        let bytes = Self.field(1, Self.entry("image/height", kind: 3, [1 << 3] + minusOne))
        read(bytes) { #expect($0.integer(ExampleKey.height) == -1) }
    }

    @Test func unknownFieldsArePassedOver() {
        let others: [UInt8] = [5 << 3, 1, 6 << 3 | 1, 0, 0, 0, 0, 0, 0, 0, 0, 7 << 3 | 5, 0, 0, 0, 0]
        read(others + Self.whole) {
            #expect($0.integer(ExampleKey.height) == 7)
        }
    }

    /// Every prefix, and every byte made another: nothing crashes, and what is returned lies inside.
    @Test func damageIsHarmless() {
        func look(_ bytes: [UInt8]) {
            bytes.withUnsafeBytes { raw in
                let example = Example(raw)
                _ = example.integer(ExampleKey.label)
                for key in [ExampleKey.encoded, ExampleKey.format, ExampleKey.label] {
                    guard let found = example.bytes(key), let start = found.baseAddress else { continue }
                    #expect(start >= raw.baseAddress! && start + found.count <= raw.baseAddress! + raw.count)
                }
            }
        }
        for count in Self.whole.indices { look(Array(Self.whole.prefix(count))) }
        for place in Self.whole.indices {
            for value: UInt8 in [0, 1, 2, 5, 7, 10, 0x12, 0x1a, 0x7f, 0x80, 0xff] {
                var bytes = Self.whole
                bytes[place] = value
                look(bytes)
            }
        }
        look([])
        look([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])
        look([UInt8](repeating: 0xff, count: 64))
    }

    @Test func aRecordIsItsWholeSelf() {
        var writer = RecordWriter()
        writer.append([7, 8, 9])
        let record = writer.bytes
        func data(_ bytes: [UInt8]) -> [UInt8]? {
            bytes.withUnsafeBytes { RecordFrame.data(of: $0).map(Array.init) }
        }
        #expect(data(record) == [7, 8, 9])
        #expect(data(record + [0]) == nil)
        for count in record.indices { #expect(data(Array(record.prefix(count))) == nil) }
        for place in record.indices {
            var bytes = record
            bytes[place] ^= 0x40
            #expect(data(bytes) == nil, "byte \(place)")
        }
    }
}
