// A thing of cuDNN's backend interface: created, given attributes, finalized, and gone with its owner, whichever of these
// steps fails. It keeps alive what it was made of.

internal import CCUDA

final class CudnnDescriptor {
    private let table: cudnn
    let handle: cudnn_descriptor?
    private var parts: [CudnnDescriptor] = []

    /// - Parameter kind: `cudnnBackendDescriptorType_t`.
    init(_ table: cudnn, _ kind: Int) throws {
        self.table = table
        var handle: cudnn_descriptor?
        try table.check(table.descriptor_create(Int32(kind), &handle), "making descriptor \(kind)")
        self.handle = handle
    }

    deinit { _ = table.descriptor_destroy(handle) }

    func finalize() throws { try table.check(table.finalize(handle), "finalizing a descriptor") }

    // MARK: - Attributes in

    /// - Parameters:
    ///   - name: `cudnnBackendAttributeName_t`.
    ///   - type: `cudnnBackendAttributeType_t`; `Value` has its size.
    func set<Value: BitwiseCopyable>(_ name: Int, _ type: Int, _ values: [Value]) throws {
        let status = values.withUnsafeBytes {
            table.set_attribute(handle, Int32(name), Int32(type), Int64(values.count), $0.baseAddress)
        }
        try table.check(status, "setting attribute \(name)")
    }

    func set(_ name: Int, _ descriptors: [CudnnDescriptor]) throws {
        parts += descriptors
        try set(name, CUDNN_TYPE_DESCRIPTOR, descriptors.map(\.handle))
    }

    func set(_ name: Int, _ numbers: [Int]) throws {
        try set(name, CUDNN_TYPE_INT64, numbers.map(Int64.init))
    }

    // MARK: - Attributes out

    func get<Value: FixedWidthInteger & BitwiseCopyable>(
        _ name: Int, _ type: Int, as: Value.Type, atMost capacity: Int
    ) throws -> [Int] {
        var values = [Value](repeating: 0, count: capacity)
        var count: Int64 = 0
        let status = values.withUnsafeMutableBytes {
            table.get_attribute(
                handle, Int32(name), Int32(type), Int64(capacity), &count, $0.baseAddress)
        }
        try table.check(status, "reading attribute \(name)")
        return values.prefix(Int(max(0, count))).map { Int($0) }
    }

    func number(_ name: Int) throws -> Int {
        let numbers = try get(name, CUDNN_TYPE_INT64, as: Int64.self, atMost: 1)
        guard let number = numbers.first else {
            throw CUDAError(.refused, "cuDNN gives no attribute \(name)")
        }
        return number
    }

    /// Descriptors that the library fills in; they live on when this one is gone.
    func get(_ name: Int, of kind: Int, atMost capacity: Int) throws -> [CudnnDescriptor] {
        let descriptors = try (0..<capacity).map { _ in try CudnnDescriptor(table, kind) }
        var handles = descriptors.map(\.handle)
        var count: Int64 = 0
        let status = handles.withUnsafeMutableBytes {
            table.get_attribute(
                handle, Int32(name), Int32(CUDNN_TYPE_DESCRIPTOR), Int64(capacity), &count, $0.baseAddress)
        }
        try table.check(status, "reading attribute \(name)")
        return Array(descriptors.prefix(Int(max(0, count))))
    }
}
