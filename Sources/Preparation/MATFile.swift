// The devkit's meta.mat: a MATLAB file of level 5 (MAT-File Format, MathWorks, chapter 1) with a variable `synsets`, an
// array of structs. Little-endian, as that file is. A pure function of the bytes: sizes are checked, nothing is followed.
//
//   128 bytes of header, then elements: type u32, size u32, data padded to 8 bytes; up to 4 bytes of data stand in the
//   tag's second half, the size then in the upper half of the type. Type 15 is a packed element.
//   A matrix (type 14) is made of elements: flags (the class in the first byte), dimensions, name, then its contents; those
//   of a struct: length of a field name, the names, then a matrix for each field of each struct.

package enum MATFile {
    package struct Synset: Hashable, Sendable {
        /// ILSVRC2012_ID, from 1.
        package let id: Int
        /// WNID.
        package let name: String
        package let words: String
    }

    private static let matrix: UInt32 = 14
    private static let packed: UInt32 = 15
    private static let structClass: UInt8 = 2
    private static let header = 128
    /// In bytes; the real one is below 4 MiB.
    private static let mostUnpacked = 64 << 20

    /// The elements of some bytes, front to back. Ends at what is none.
    private struct Elements: Sequence, IteratorProtocol {
        struct Element {
            let type: UInt32
            let data: ArraySlice<UInt8>

            /// Numbers of 1, 2, 4 or 8 bytes; doubles as the integers they are.
            var integers: [Int] {
                func wide(_ bytes: ArraySlice<UInt8>) -> UInt64 {
                    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
                }
                let width =
                    switch type {
                    case 1, 2, 16: 1
                    case 3, 4: 2
                    case 5, 6: 4
                    case 9, 12, 13: 8
                    default: 0
                    }
                guard width > 0 else { return [] }
                return (0..<data.count / width).map { index in
                    let value = wide(data.dropFirst(index * width).prefix(width))
                    return type == 9
                        ? Int(exactly: Double(bitPattern: value)) ?? -1 : Int(truncatingIfNeeded: value)
                }
            }

            /// Characters are UTF-16 or bytes.
            var text: String {
                type == 4
                    ? String(decoding: integers.map { UInt16(truncatingIfNeeded: $0) }, as: UTF16.self)
                    : String(decoding: data.prefix { $0 != 0 }, as: UTF8.self)
            }
        }

        private var rest: ArraySlice<UInt8>

        init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

        private func word(_ place: Int) -> UInt32 {
            rest.dropFirst(place).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }

        mutating func next() -> Element? {
            guard rest.count >= 8 else { return nil }
            let type = word(0)
            if type >> 16 != 0 {
                let data = rest.dropFirst(4).prefix(Int(type >> 16))
                rest = rest.dropFirst(8)
                return Element(type: type & 0xffff, data: data)
            }
            let size = Int(word(4))
            guard size <= rest.count - 8 else { return nil }
            let data = rest.dropFirst(8).prefix(size)
            rest = rest.dropFirst(8 + (type == packed ? size : (size + 7) / 8 * 8))
            return Element(type: type, data: data)
        }
    }

    /// - Throws: `PreparationError.invalid`.
    package static func synsets(_ name: String, _ bytes: [UInt8]) throws -> [Synset] {
        for element in Elements(bytes.dropFirst(header)) {
            guard element.type == packed else {
                if let found = synsets(element) { return found }
                continue
            }
            let unpacked = try Inflation.unpacked(name, element.data, most: mostUnpacked)
            if let found = Elements(unpacked[...]).first(where: { _ in true }).flatMap(synsets) {
                return found
            }
        }
        throw PreparationError(
            .invalid,
            "\(name) does not hold ILSVRC2012's synsets as MATLAB files of level 5 do; take it from the devkit anew"
        )
    }

    /// Of the variable of that name; nil of any other.
    private static func synsets(_ variable: Elements.Element) -> [Synset]? {
        var parts = Elements(variable.data)
        guard variable.type == matrix, let flags = parts.next(), flags.data.first == structClass,
            parts.next() != nil, parts.next()?.text == "synsets",
            let nameLength = parts.next()?.integers.first, nameLength > 0, let names = parts.next()
        else { return nil }
        let fields = stride(from: 0, to: names.data.count, by: nameLength).map {
            String(decoding: names.data.dropFirst($0).prefix(nameLength).prefix { $0 != 0 }, as: UTF8.self)
        }
        guard let id = fields.firstIndex(of: "ILSVRC2012_ID"), let synset = fields.firstIndex(of: "WNID"),
            let words = fields.firstIndex(of: "words")
        else { return nil }
        let values = Array(parts)
        return (0..<values.count / fields.count).compactMap { index in
            func content(_ field: Int) -> Elements.Element? {
                // Flags, dimensions, a name, and then the numbers or characters.
                Elements(values[index * fields.count + field].data).dropFirst(3).first { _ in true }
            }
            guard let number = content(id)?.integers.first, let name = content(synset)?.text else {
                return nil
            }
            return Synset(id: number, name: name, words: content(words)?.text ?? name)
        }
    }
}
