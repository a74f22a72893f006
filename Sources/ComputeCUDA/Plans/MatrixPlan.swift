// One of cuBLASLt's ways to compute a linear layer's product: what runs in a step.

internal import CCUDA

/// cuBLASLt's algorithm, whose 64 bytes may be kept for the same version of the library, and the workspace it needs.
struct MatrixChoice: Equatable, LosslessStringConvertible {
    let words: [UInt64]
    /// Bytes.
    let workspace: Int

    init(_ candidate: cublaslt_candidate) {
        words = withUnsafeBytes(of: candidate.algorithm.data) { Array($0.bindMemory(to: UInt64.self)) }
        workspace = candidate.workspace
    }

    /// "algorithm 0000000000000009 …, workspace 131072"
    var description: String {
        let digits = words.map {
            let text = String($0, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return "algorithm \(digits.joined(separator: " ")), workspace \(workspace)"
    }

    init?(_ description: String) {
        guard
            let parts = description.wholeMatch(of: /algorithm ((?:[0-9a-f]{16} ?){8}), workspace (\d+)/),
            let workspace = Int(parts.2)
        else { return nil }
        words = parts.1.split(separator: " ").compactMap { UInt64($0, radix: 16) }
        self.workspace = workspace
        guard words.count == 8 else { return nil }
    }

    var algorithm: cublaslt_algorithm {
        var algorithm = cublaslt_algorithm()
        withUnsafeMutableBytes(of: &algorithm.data) { bytes in
            words.withUnsafeBytes { bytes.copyMemory(from: $0) }
        }
        return algorithm
    }
}

final class MatrixPlan: LibraryPlan {
    let choice: MatrixChoice
    private let library: MatrixLibrary
    private let description: MatrixDescription

    init(_ library: MatrixLibrary, _ description: MatrixDescription, _ choice: MatrixChoice) {
        (self.library, self.description, self.choice) = (library, description, choice)
    }

    var workspace: Int { choice.workspace }

    func run(_ operands: Operands, workspace: cuda_address, on stream: Stream) throws {
        let product = description.product
        let (a, b, d) =
            switch product.pass {
            case .forward: (operands.weights, operands.input, operands.output)
            case .inputGradient: (operands.weights, operands.output, operands.input)
            case .weightGradient: (operands.input, operands.output, operands.weights)
            }
        if case .forward = product.pass {
            try description.operation.set(CUBLASLT_BIAS_POINTER, operands.bias)
        }
        func pointer(_ address: cuda_address) -> UnsafeMutableRawPointer? {
            UnsafeMutableRawPointer(bitPattern: UInt(address))
        }
        var one: Float = 1
        var kept: Float = product.pass == .inputGradient(adding: true) ? 1 : 0
        var algorithm = choice.algorithm
        let status = library.table.matmul(
            library.handle, description.operation.handle, &one, pointer(a), description.a.handle, pointer(b),
            description.b.handle, &kept, pointer(d), description.d.handle, pointer(d), description.d.handle,
            &algorithm, pointer(workspace), choice.workspace, stream.handle)
        try library.table.check(status, executes: true, "\(product)")
    }
}

/// All of cuBLASLt's ways to compute a product.
struct MatrixPlans: PlanFamily {
    let library: MatrixLibrary
    let description: MatrixDescription
    /// Bytes.
    let workspaceLimit: Int

    init(_ library: MatrixLibrary, _ product: MatrixProduct, workspaceLimit: Int = 32 << 20) throws {
        guard product.shape.inputs % 8 == 0, product.shape.outputs % 8 == 0 else {
            throw CUDAError(.refused, "\(product): inputs and outputs must be padded to multiples of 8")
        }
        (self.library, self.workspaceLimit) = (library, workspaceLimit)
        description = try MatrixDescription(library.table, product)
    }

    var key: String {
        "cuBLASLt \(library.version), \(description.product), at most \(workspaceLimit >> 20) MiB"
    }

    func candidates(atMost count: Int) throws -> [MatrixPlan] {
        let offered: [cublaslt_candidate]
        var refusal = ""
        do {
            offered = try description.offered(
                by: library, atMost: count, workspaceLimit: workspaceLimit)
        } catch let error as CUDAError where error.code == .refused {
            (offered, refusal) = ([], ": \(error)")
        }
        guard !offered.isEmpty else {
            throw CUDAError(
                .unavailable,
                "cuBLASLt \(library.version) offers nothing for \(description.product)\(refusal); "
                    + "install the newest cuBLAS for this GPU, or train with device: cpu")
        }
        return offered.map { MatrixPlan(library, description, MatrixChoice($0)) }
    }

    func plan(_ choice: MatrixChoice) throws -> MatrixPlan {
        guard choice.workspace <= workspaceLimit else {
            throw CUDAError(.refused, "\(description.product): more workspace than there is")
        }
        return MatrixPlan(library, description, choice)
    }
}
