// Plans for all products of an engine: chosen by measurement once per machine and shape, tried on memory of their own.

internal import CCUDA

final class PlanLibrary {
    private let networks: CudnnLibrary
    private let matrices: MatrixLibrary
    private let cache: PlanCache
    private let stream: Stream
    private let precision: Precision
    /// Bytes that the plans so far need while they run, one at a time.
    private(set) var workspace = 0

    /// A plan that wants more is not worth its memory: FACTS of cuDNN 9 are that the kernels for tensor cores want next to
    /// none, but for split sums of the weights' gradients, 23 MB at most.
    private static let workspaceLimit = 64 << 20

    init(_ libraries: CUDALibraries, _ cache: PlanCache, _ precision: Precision, on stream: Stream) throws {
        networks = try CudnnLibrary(libraries.dnn, on: stream.device)
        matrices = try MatrixLibrary(libraries.blas, on: stream.device)
        (self.cache, self.stream, self.precision) = (cache, stream, precision)
    }

    /// Which plans are used: part of what a resumed training must find again.
    var choices: String { cache.choices }

    func plan(_ shape: ConvolutionShape, _ pass: Pass) throws -> ConvolutionPlan {
        let product = ConvolutionProduct(shape: shape, pass: pass, precision: precision)
        return try plan(
            ConvolutionPlans(networks, product, workspaceLimit: Self.workspaceLimit),
            elements: (shape.inputElements, shape.weightElements, shape.outputs, shape.outputElements))
    }

    func plan(_ shape: MatrixShape, _ pass: Pass) throws -> MatrixPlan {
        let product = MatrixProduct(shape: shape, pass: pass, precision: precision)
        return try plan(
            MatrixPlans(matrices, product, workspaceLimit: Self.workspaceLimit),
            elements: (
                shape.images * shape.inputs, shape.inputs * shape.outputs, shape.outputs,
                shape.images * shape.outputs
            ))
    }

    private func plan<Family: PlanFamily>(
        _ family: Family, elements: (input: Int, weights: Int, bias: Int, output: Int)
    ) throws -> Family.Plan {
        let memory = try [elements.input, elements.weights, elements.bias, elements.output].map { count in
            let memory = try DeviceMemory(
                stream.device, bytes: count * precision.elementBytes, for: "trying \(family.key)")
            // 0.0115 in either type: products of zeros may be faster than true ones.
            try stream.fill(memory.address, with: 0x3C, bytes: memory.bytes)
            return memory
        }
        let scratch = try DeviceMemory(stream.device, bytes: Self.workspaceLimit, for: "trying \(family.key)")
        let operands = Operands(
            input: memory[0].address, weights: memory[1].address, bias: memory[2].address,
            output: memory[3].address)
        let plan = try cache.plan(
            family, PlanScratch(stream: stream, operands: operands, workspace: scratch.address))
        try stream.synchronize()
        workspace = max(workspace, plan.workspace)
        return plan
    }
}
