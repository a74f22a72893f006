// A description, layout or preference of cuBLASLt's, gone with its owner.

internal import CCUDA

final class MatrixObject {
    enum Kind { case product, layout, preference }

    private let table: cublaslt
    private let kind: Kind
    let handle: cublaslt_object?

    private init(_ table: cublaslt, _ kind: Kind, _ make: (inout cublaslt_object?) -> Int32) throws {
        (self.table, self.kind) = (table, kind)
        var handle: cublaslt_object?
        try table.check(make(&handle), "describing a matrix product")
        self.handle = handle
    }

    deinit {
        switch kind {
        case .product: _ = table.matmul_destroy(handle)
        case .layout: _ = table.layout_destroy(handle)
        case .preference: _ = table.preference_destroy(handle)
        }
    }

    /// Sums and factors in fp32.
    static func product(_ table: cublaslt, _ precision: Precision) throws -> MatrixObject {
        let compute = precision == .tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F
        return try MatrixObject(table, .product) {
            table.matmul_create(&$0, Int32(compute), Int32(CUDA_R_32F))
        }
    }

    /// Columns of elements, one after the other.
    static func layout(
        _ table: cublaslt, _ precision: Precision, rows: Int, columns: Int
    ) throws -> MatrixObject {
        let type = precision == .bf16 ? CUDA_R_16BF : CUDA_R_32F
        return try MatrixObject(table, .layout) {
            table.layout_create(&$0, Int32(type), UInt64(rows), UInt64(columns), Int64(rows))
        }
    }

    static func preference(_ table: cublaslt) throws -> MatrixObject {
        try MatrixObject(table, .preference) { table.preference_create(&$0) }
    }

    /// - Parameter value: of the attribute's exact size.
    func set<Value: BitwiseCopyable>(_ attribute: Int, _ value: Value) throws {
        let status = withUnsafeBytes(of: value) { bytes in
            switch kind {
            case .product: table.matmul_set(handle, Int32(attribute), bytes.baseAddress, bytes.count)
            case .preference: table.preference_set(handle, Int32(attribute), bytes.baseAddress, bytes.count)
            // No layout of ours has attributes.
            case .layout: Int32(0)
            }
        }
        try table.check(status, "describing a matrix product")
    }
}
