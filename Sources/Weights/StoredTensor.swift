// A tensor as PyTorch stores it: a view, by shape and strides, of a row of elements that other tensors may share. Whether
// the view lies within its storage is found out when it is made, so reading it can only fail by the disk.

/// A row of elements, not read yet.
struct TensorStorage: Sendable {
    let bytes: Bytes
    let type: ElementType

    /// In elements.
    var count: Int { bytes.count / type.size }

    /// - Throws: `.damaged` where it ends before that.
    func part(at offset: Int, count: Int) throws -> TensorStorage {
        let (start, startOverflow) = offset.multipliedReportingOverflow(by: type.size)
        let (length, lengthOverflow) = count.multipliedReportingOverflow(by: type.size)
        guard !startOverflow, !lengthOverflow else {
            throw WeightsError.damaged("a storage of \(count) elements at \(offset) is out of bounds")
        }
        return TensorStorage(bytes: try bytes.part(at: start, count: length), type: type)
    }
}

struct StoredTensor: Sendable {
    /// More than any tensor of a network here has.
    private static let mostDimensions = 16

    let shape: [Int]
    let count: Int
    let type: ElementType
    /// In elements; as many as `shape` has.
    private let strides: [Int]
    /// From the first element to the last.
    private let span: TensorStorage

    /// A tensor that lies in its storage without gaps, and fills it.
    /// - Throws: `.damaged` where it does not.
    init(_ storage: TensorStorage, shape: [Int]) throws {
        try self.init(storage, offset: 0, shape: shape, strides: Self.dense(shape))
        guard count == storage.count else {
            throw WeightsError.damaged(
                "the shape \(shape) has \(count) values and the storage \(storage.count)")
        }
    }

    /// - Parameters: in elements.
    /// - Throws: `.damaged` where the view reaches out of its storage, or repeats some of it.
    init(_ storage: TensorStorage, offset: Int, shape: [Int], strides: [Int]) throws {
        guard shape.count == strides.count, shape.count <= Self.mostDimensions, offset >= 0,
            shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 })
        else {
            throw WeightsError.damaged(
                "no tensor has the shape \(shape) with strides \(strides) at \(offset)")
        }
        var count = 1
        var last = 0
        for (extent, stride) in zip(shape, strides) {
            let (product, productOverflow) = count.multipliedReportingOverflow(by: extent)
            let (reach, reachOverflow) = stride.multipliedReportingOverflow(by: max(0, extent - 1))
            let (sum, sumOverflow) = last.addingReportingOverflow(reach)
            guard !productOverflow, !reachOverflow, !sumOverflow else {
                throw WeightsError.damaged("the shape \(shape) with strides \(strides) is too large")
            }
            (count, last) = (product, sum)
        }
        // A few bytes must not claim to be gigabytes.
        guard count <= storage.count else {
            throw WeightsError.damaged(
                "the shape \(shape) has \(count) values and the storage \(storage.count)")
        }
        guard count == 0 || last < storage.count, offset <= storage.count else {
            throw Self.outside(shape, strides, offset, storage)
        }
        // What is never stepped over may be anything.
        self.strides = zip(shape, strides).map { $0 > 1 ? $1 : 0 }
        (self.shape, self.count, type) = (shape, count, storage.type)
        do { span = try storage.part(at: offset, count: count == 0 ? 0 : last + 1) } catch {
            throw Self.outside(shape, strides, offset, storage)
        }
    }

    private static func outside(
        _ shape: [Int], _ strides: [Int], _ offset: Int, _ storage: TensorStorage
    ) -> WeightsError {
        .damaged(
            "the shape \(shape) with strides \(strides) at \(offset) reaches out of its storage of \(storage.count) "
                + "elements")
    }

    private static func dense(_ shape: [Int]) -> [Int] {
        var stride = 1
        return Array(
            shape.reversed().map { extent in
                defer { stride = stride.multipliedReportingOverflow(by: max(1, extent)).partialValue }
                return max(0, stride)
            }.reversed())
    }

    private var isDense: Bool {
        zip(shape, zip(strides, Self.dense(shape))).allSatisfy { $0 <= 1 || $1.0 == $1.1 }
    }

    /// - Parameter values: exactly `count`.
    /// - Throws: `.unsupported` for elements that are no floats; `.damaged`, `.io`.
    func read(into values: UnsafeMutableBufferPointer<Float>) throws {
        precondition(values.count == count, "\(count) values are wanted")
        if count == 0 { return }
        if isDense { return try type.read(span.bytes, into: values) }
        let row = UnsafeMutableBufferPointer<Float>.allocate(capacity: span.count)
        defer { row.deallocate() }
        try type.read(span.bytes, into: row)
        var index = Array(repeating: 0, count: shape.count)
        var place = 0
        for value in values.indices {
            values[value] = row[place]
            for axis in shape.indices.reversed() {
                index[axis] += 1
                place += strides[axis]
                if index[axis] < shape[axis] { break }
                place -= strides[axis] * shape[axis]
                index[axis] = 0
            }
        }
    }
}
