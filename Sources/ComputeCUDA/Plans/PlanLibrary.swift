// Plans for all products of an engine: chosen by measurement once per machine and shape, tried on memory of their own, which
// is given back before the engine takes its own.

internal import CCUDA

final class PlanLibrary {
    private let networks: CudnnLibrary
    private let matrices: MatrixLibrary
    private let cache: PlanCache
    private let stream: Stream
    private let precision: Precision
    private let workspaceLimit: Int
    /// Bytes that the plans so far need while they run, one at a time.
    private(set) var workspace = 0
    private var trials: [Int: DeviceMemory] = [:]

    /// Bytes, on a device with `memory` bytes in all. In bf16 and tf32 cuDNN's kernels for matrix units want next to none, but
    /// for split sums of the weights' gradients: 23 MB at most at batch 512. In fp32 the fast ones want up to 0.9 GB there.
    static func workspaceLimit(_ precision: Precision, memory: Int) -> Int {
        min(precision == .fp32 ? 1 << 30 : 64 << 20, memory / 16)
    }

    init(_ libraries: CUDALibraries, _ cache: PlanCache, _ precision: Precision, on stream: Stream) throws {
        networks = try CudnnLibrary(libraries.dnn, on: stream.device)
        matrices = try MatrixLibrary(libraries.blas, on: stream.device)
        (self.cache, self.stream, self.precision) = (cache, stream, precision)
        workspaceLimit = Self.workspaceLimit(precision, memory: try stream.device.memory().total)
    }

    /// Which plans are used: part of what a resumed training must find again.
    var choices: String { cache.choices }

    func plan(_ shape: ConvolutionShape, _ pass: Pass) throws -> ConvolutionPlan {
        let product = ConvolutionProduct(shape: shape, pass: pass, precision: precision)
        return try plan(
            ConvolutionPlans(networks, product, workspaceLimit: workspaceLimit),
            elements: (shape.inputElements, shape.weightElements, shape.outputs, shape.outputElements))
    }

    func plan(_ shape: MatrixShape, _ pass: Pass) throws -> MatrixPlan {
        let product = MatrixProduct(shape: shape, pass: pass, precision: precision)
        return try plan(
            MatrixPlans(matrices, product, workspaceLimit: workspaceLimit),
            elements: (
                shape.images * shape.inputs, shape.inputs * shape.outputs, shape.outputs,
                shape.images * shape.outputs
            ))
    }

    private func plan<Family: PlanFamily>(
        _ family: Family, elements: (input: Int, weights: Int, bias: Int, output: Int)
    ) throws -> Family.Plan {
        let places = try [elements.input, elements.weights, elements.bias, elements.output].enumerated().map {
            try memory($0, bytes: $1 * precision.elementBytes)
        }
        let operands = Operands(input: places[0], weights: places[1], bias: places[2], output: places[3])
        let plan = try cache.plan(
            family, PlanScratch(stream: stream, operands: operands) { try self.memory(4, bytes: $0) })
        try stream.synchronize()
        workspace = max(workspace, plan.workspace)
        return plan
    }

    // MARK: - Memory to try plans on

    /// - Parameter place: four operands, and the workspace.
    private func memory(_ place: Int, bytes: Int) throws -> cuda_address {
        if let memory = trials[place], memory.bytes >= bytes { return memory.address }
        trials[place] = nil
        let memory = try DeviceMemory(stream.device, bytes: bytes, for: "trying products")
        trials[place] = memory
        // 0.0115 in either type: products of zeros may be faster than true ones.
        try stream.fill(memory.address, with: 0x3C, bytes: memory.bytes)
        return memory.address
    }

    /// Once all plans are there.
    func releaseTrials() { trials = [:] }
}
