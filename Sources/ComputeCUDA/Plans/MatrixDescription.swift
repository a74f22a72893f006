// A product as cuBLASLt sees it. The library's matrices are columns after columns, so each of ours is its own transpose
// there, and D = op(A) · op(B) comes out as the transpose of what we write:
//
//   forward         outputᵀ [outputs × images] = weightsᵀᵀ [outputs × inputs] · inputᵀ [inputs × images], bias along rows
//   input gradient  inputᵀ [inputs × images]   = weightsᵀ [inputs × outputs] · outputᵀ [outputs × images]
//   weight gradient weightsᵀ [inputs × outputs] = inputᵀ [inputs × images] · outputᵀᵀ [images × outputs]

internal import CCUDA

struct MatrixDescription {
    private let table: cublaslt
    let product: MatrixProduct
    let operation: MatrixObject
    let a: MatrixObject, b: MatrixObject, d: MatrixObject

    init(_ table: cublaslt, _ product: MatrixProduct) throws {
        (self.table, self.product) = (table, product)
        let (precision, shape) = (product.precision, product.shape)
        func layout(_ rows: Int, _ columns: Int) throws -> MatrixObject {
            try MatrixObject.layout(table, precision, rows: rows, columns: columns)
        }
        let input = try layout(shape.inputs, shape.images)
        let weights = try layout(shape.inputs, shape.outputs)
        let output = try layout(shape.outputs, shape.images)
        operation = try MatrixObject.product(table, precision)
        let transposes: (a: Bool, b: Bool)
        var epilogue = CUBLASLT_EPILOGUE_DEFAULT
        switch product.pass {
        case .forward(let relu):
            (a, b, d) = (weights, input, output)
            transposes = (true, false)
            epilogue = relu ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS
            let type = precision == .bf16 ? CUDA_R_16BF : CUDA_R_32F
            try operation.set(CUBLASLT_BIAS_TYPE, Int32(type))
            // The heuristic reads the alignment from the address, and some versions refuse none; this is no real one.
            try operation.set(CUBLASLT_BIAS_POINTER, cuda_address(Self.alignment))
        case .inputGradient:
            (a, b, d) = (weights, output, input)
            transposes = (false, false)
        case .weightGradient:
            (a, b, d) = (input, output, weights)
            transposes = (false, true)
        }
        try operation.set(CUBLASLT_TRANSA, Int32(transposes.a ? CUBLAS_OP_T : CUBLAS_OP_N))
        try operation.set(CUBLASLT_TRANSB, Int32(transposes.b ? CUBLAS_OP_T : CUBLAS_OP_N))
        try operation.set(CUBLASLT_EPILOGUE, UInt32(epilogue))
    }

    /// Bytes, of every address.
    private static var alignment: Int { 16 }

    /// Best guess first.
    func offered(by library: MatrixLibrary, atMost count: Int, workspaceLimit: Int) throws
        -> [cublaslt_candidate]
    {
        let preference = try Self.preference(table, workspaceLimit: workspaceLimit)
        var candidates = [cublaslt_candidate](repeating: cublaslt_candidate(), count: count)
        var found: Int32 = 0
        try table.check(
            table.heuristic(
                library.handle, operation.handle, a.handle, b.handle, d.handle, d.handle, preference.handle,
                Int32(count), &candidates, &found), "asking for algorithms")
        return candidates.prefix(Int(max(0, found))).filter {
            $0.state == 0 && $0.workspace <= workspaceLimit
        }
    }

    static func preference(_ table: cublaslt, workspaceLimit: Int) throws -> MatrixObject {
        let preference = try MatrixObject.preference(table)
        try preference.set(CUBLASLT_PREFERENCE_WORKSPACE, workspaceLimit)
        // Where a sum is split: parts in fp32, added in a step of their own. Not in place, in an order that the device
        // chooses (scheme 1), nor rounded to elements first (scheme 4).
        try preference.set(CUBLASLT_PREFERENCE_REDUCTION_SCHEME, UInt32(CUBLASLT_REDUCTION_COMPUTE_TYPE))
        for attribute in [
            CUBLASLT_PREFERENCE_ALIGNMENT_A, CUBLASLT_PREFERENCE_ALIGNMENT_B, CUBLASLT_PREFERENCE_ALIGNMENT_C,
            CUBLASLT_PREFERENCE_ALIGNMENT_D,
        ] {
            try preference.set(attribute, UInt32(Self.alignment))
        }
        return preference
    }
}
