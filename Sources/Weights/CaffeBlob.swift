// Caffe's BlobProto (src/caffe/proto/caffe.proto): a tensor of floats or doubles.

enum CaffeBlob {
    private enum Field {
        static let legacyShape: ClosedRange<UInt64> = 1...4
        static let data: UInt64 = 5
        static let shape: UInt64 = 7
        static let doubleData: UInt64 = 8
    }

    /// - Throws: `.damaged`, `.unsupported`, `.io`.
    static func tensor(_ message: Bytes) throws -> StoredTensor {
        var reader = ProtobufReader(message)
        // num, channels, height, width, as files of before 2015 have it.
        var legacy: [Int: Int] = [:]
        var shape: [Int]?
        var floats = Elements(.float32)
        var doubles = Elements(.float64)
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (Field.legacyShape, .varint(let extent)): legacy[Int(field)] = try Self.extent(extent)
            case (Field.shape, .bytes(let bytes)): shape = try Self.shape(bytes)
            case (Field.data, .bytes(let bytes)): floats.pieces.append(bytes)
            case (Field.data, .fixed32(let bits)): floats.add(bits)
            case (Field.doubleData, .bytes(let bytes)): doubles.pieces.append(bytes)
            case (Field.doubleData, .fixed64(let bits)): doubles.add(bits)
            default: continue
            }
        }
        let storage = try doubles.isEmpty ? floats.storage() : doubles.storage()
        return try StoredTensor(storage, shape: shape ?? vector(legacy))
    }

    /// Four extents, where [1, 1, 1, n] was a vector and [1, 1, m, n] a matrix.
    private static func vector(_ legacy: [Int: Int]) -> [Int] {
        let extents = (1...4).map { legacy[$0] ?? 1 }
        if extents[0] != 1 || extents[1] != 1 { return extents }
        return extents[2] == 1 ? [extents[3]] : Array(extents[2...])
    }

    private static func shape(_ message: Bytes) throws -> [Int] {
        var reader = ProtobufReader(message)
        var shape: [Int] = []
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (1, .varint(let extent)): shape.append(try Self.extent(extent))
            case (1, .bytes(let bytes)) where bytes.count <= 1024:
                shape += try ProtobufReader.varints(bytes).map(Self.extent)
            default: continue
            }
            guard shape.count <= 32 else { throw WeightsError.damaged("it has more than 32 dimensions") }
        }
        return shape
    }

    private static func extent(_ value: UInt64) throws -> Int {
        guard let extent = Int(exactly: value) else { throw WeightsError.damaged("it has a negative extent") }
        return extent
    }

    /// Packed as a rule, then they stay in the file; a writer may also have them one by one.
    private struct Elements {
        let type: ElementType
        var pieces: [Bytes] = []
        private var loose: [UInt8] = []

        init(_ type: ElementType) { self.type = type }

        var isEmpty: Bool { pieces.isEmpty && loose.isEmpty }

        mutating func add<T: FixedWidthInteger>(_ bits: T) {
            withUnsafeBytes(of: bits.littleEndian) { loose += $0 }
        }

        func storage() throws -> TensorStorage {
            guard pieces.count + (loose.isEmpty ? 0 : 1) <= 1 else {
                throw WeightsError.unsupported("its values are in several pieces")
            }
            let bytes = pieces.first ?? Bytes(loose)
            guard bytes.count.isMultiple(of: type.size) else {
                throw WeightsError.damaged("its values end in the middle of one")
            }
            return TensorStorage(bytes: bytes, type: type)
        }
    }
}
