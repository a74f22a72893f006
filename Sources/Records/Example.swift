// A tf.Example as it lies in a record (proto/example.proto), read in place: a map from names to lists of values.
//
//   Example  features = 1 →  Features  feature = 1 (one entry per name) →  key = 1, value = 2 → Feature
//   Feature  bytes_list = 1 | float_list = 2 | int64_list = 3, each with its values as field 1

package struct Example {
    private let bytes: UnsafeRawBufferPointer

    /// - Parameter bytes: a record's data; they must outlive what is read from it.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The first value of a list of byte strings, or nil.
    package func bytes(_ name: StaticString) -> UnsafeRawBufferPointer? {
        list(name, kind: 1).flatMap(Self.firstBytes)
    }

    /// The same as text; what is not UTF-8 in it is replaced.
    package func text(_ name: StaticString) -> String? {
        bytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The first value of a list of integers, or nil.
    package func integer(_ name: StaticString) -> Int64? {
        list(name, kind: 3).flatMap { WireReader.firstVarint($0, field: 1) }.map { Int64(bitPattern: $0) }
    }

    /// The list of a name; of two equal names the last, as protobuf's maps have it.
    private func list(_ name: StaticString, kind: UInt64) -> UnsafeRawBufferPointer? {
        var found: UnsafeRawBufferPointer?
        forEachFeature { key, feature in
            guard key.count == name.utf8CodeUnitCount,
                key.elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: key.count))
            else { return }
            found = feature
        }
        guard let found else { return nil }
        var lists = WireReader(found)
        while let field = lists.next() {
            if field.number == kind, case .bytes(let list) = field.value { return list }
        }
        return nil
    }

    /// - Parameter body: gets a key and its feature; not where the message around them is damaged.
    private func forEachFeature(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        var parts = WireReader(bytes)
        while let part = parts.next() {
            guard part.number == 1, case .bytes(let features) = part.value else { continue }
            var entries = WireReader(features)
            while let entry = entries.next() {
                guard entry.number == 1, case .bytes(let pair) = entry.value else { continue }
                var (key, feature) = (none, none)
                var fields = WireReader(pair)
                while let field = fields.next() {
                    guard case .bytes(let value) = field.value else { continue }
                    if field.number == 1 { key = value }
                    if field.number == 2 { feature = value }
                }
                if !fields.isDamaged { body(key, feature) }
            }
        }
    }

    private static func firstBytes(_ list: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var values = WireReader(list)
        while let value = values.next() {
            if value.number == 1, case .bytes(let bytes) = value.value { return bytes }
        }
        return nil
    }
}
