// One of cuDNN's ways to compute a convolution, built: what runs in a step.

internal import CCUDA

final class ConvolutionPlan: LibraryPlan {
    let convolution: ConvolutionProduct
    let choice: CudnnChoice
    let workspace: Int
    let usesMatrixUnits: Bool
    private let library: CudnnLibrary
    private let descriptor: CudnnDescriptor

    /// - Throws: `CUDAError` `.refused` where the engine turns out not to take the graph.
    init(_ graph: ConvolutionGraph, _ engine: CudnnEngine) throws {
        (library, convolution, choice) = (graph.library, graph.convolution, engine.choice)
        usesMatrixUnits = engine.usesMatrixUnits
        descriptor = try CudnnDescriptor(library.table, CUDNN_EXECUTION_PLAN)
        if let handle = library.handle {
            try descriptor.set(CUDNN_PLAN_HANDLE, CUDNN_TYPE_HANDLE, [handle])
        }
        if let properties = library.properties {
            try descriptor.set(CUDNN_PLAN_DEVICE_PROPERTIES, [properties])
        }
        try descriptor.set(CUDNN_PLAN_ENGINE_CONFIG, [engine.configuration])
        try descriptor.finalize()
        workspace = try descriptor.number(CUDNN_PLAN_WORKSPACE)
    }

    func run(_ operands: Operands, workspace: cuda_address, on stream: Stream) throws {
        guard let handle = library.handle else {
            throw CUDAError(.unavailable, "\(convolution): this plan was built for a description of a device")
        }
        var tensors: [(ConvolutionGraph.Tensor, cuda_address)] = [
            (.input, operands.input), (.weights, operands.weights), (.output, operands.output),
        ]
        if case .forward = convolution.pass { tensors.append((.bias, operands.bias)) }
        let pack = try CudnnDescriptor(library.table, CUDNN_VARIANT_PACK)
        try pack.set(CUDNN_PACK_UNIQUE_IDS, tensors.map(\.0.rawValue))
        try pack.set(CUDNN_PACK_POINTERS, CUDNN_TYPE_VOID_PTR, tensors.map(\.1))
        try pack.set(CUDNN_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, [workspace])
        try pack.finalize()
        try library.table.check(library.table.set_stream(handle, stream.handle), "\(convolution)")
        try library.table.check(
            library.table.execute(handle, descriptor.handle, pack.handle), executes: true,
            "\(convolution) by \(choice)")
    }
}

/// All of cuDNN's ways to compute a convolution.
struct ConvolutionPlans: PlanFamily {
    let graph: ConvolutionGraph
    /// Bytes.
    let workspaceLimit: Int

    init(_ library: CudnnLibrary, _ convolution: ConvolutionProduct, workspaceLimit: Int = 256 << 20) throws {
        let shape = convolution.shape
        guard shape.inputs % 8 == 0, shape.outputs % 8 == 0 else {
            throw CUDAError(.refused, "\(convolution): channels must be padded to multiples of 8")
        }
        self.workspaceLimit = workspaceLimit
        graph = try Self.naming(convolution) { try ConvolutionGraph(library, convolution) }
    }

    var key: String {
        "cuDNN \(graph.library.version), \(graph.convolution), at most \(workspaceLimit >> 20) MiB"
    }

    func candidates(atMost count: Int) throws -> [ConvolutionPlan] {
        var plans: [ConvolutionPlan] = []
        var refusal =
            "none is deterministic, exact enough and within \(workspaceLimit >> 20) MiB of workspace"
        do {
            for engine in try CudnnEngine.all(graph) where plans.count < count {
                // An engine that was offered and then does not take the graph is no failure while another does.
                do {
                    let plan = try ConvolutionPlan(graph, engine)
                    if plan.workspace <= workspaceLimit { plans.append(plan) }
                } catch let error as CUDAError where error.code != .fault {
                    refusal = error.message
                }
            }
        } catch let error as CUDAError where error.code == .refused {
            refusal = error.message
        }
        guard !plans.isEmpty else {
            throw CUDAError(
                .unavailable,
                "cuDNN \(graph.library.version) offers nothing for \(graph.convolution): \(refusal); "
                    + "install the newest cuDNN 9 for this GPU, or train with device: cpu")
        }
        return plans
    }

    func plan(_ choice: CudnnChoice) throws -> ConvolutionPlan {
        try Self.naming(graph.convolution) {
            let engine = try CudnnEngine(graph, choice)
            guard engine.isAllowed(graph.convolution.precision) else {
                throw CUDAError(.refused, "\(choice) is not exact enough, or differs from run to run")
            }
            let plan = try ConvolutionPlan(graph, engine)
            guard plan.workspace <= workspaceLimit else {
                throw CUDAError(.refused, "\(choice) needs more workspace than there is")
            }
            return plan
        }
    }

    /// The library speaks of descriptors and attributes only.
    private static func naming<Result>(_ convolution: ConvolutionProduct, _ body: () throws -> Result) throws
        -> Result
    {
        do { return try body() } catch let error as CUDAError {
            throw CUDAError(error.code, "\(convolution): \(error)")
        }
    }
}
