// update.cu.

internal import CCUDA
internal import Compute

extension Kernels {
    /// All parameters of a network, as tables on the device.
    struct ParameterTable {
        /// device_parameter of each.
        let parameters: cuda_address
        /// device_weight of each.
        let shapes: cuda_address
        /// What `chunks` makes of them.
        let chunks: cuda_address
        let parameterCount: Int
        let chunkCount: Int
    }

    /// The pieces that a pass over all parameters is cut into, in order.
    /// - Parameter counts: of each parameter, padding included.
    static func chunks(_ counts: [Int]) -> [device_chunk] {
        counts.enumerated().flatMap { index, count in
            stride(from: 0, to: count, by: DEVICE_CHUNK).map {
                device_chunk(parameter: UInt32(index), first: UInt32($0))
            }
        }
    }

    /// For `update`, where the optimiser needs norms.
    /// - Parameters:
    ///   - squares: two doubles per chunk.
    ///   - factors: 1 + parameters floats.
    func norms(
        _ table: ParameterTable, _ optimizer: Optimizer, squares: cuda_address, factors: cuda_address,
        on stream: Stream
    ) throws {
        try launch(
            "gradient_squares", (table.chunkCount, 1, 1), on: stream,
            KernelArguments(table.parameters, table.chunks, device_rule(optimizer).limit, squares))
        var (limit, trust) = (Float.infinity, Float(0))
        if case .norm(let most) = optimizer.clipping { limit = most }
        if case .lars(let ratio) = optimizer.method { trust = ratio }
        try launch(
            "gradient_norms", (1, 1, 1), on: stream,
            KernelArguments(
                table.parameters, Int32(table.parameterCount), squares, limit, trust, factors))
    }

    /// One step of all parameters that learn, and of all averages.
    /// - Parameters:
    ///   - factors: what `norms` left, or 0.
    ///   - moved: a double per chunk for Σ (new − old)² of each, or 0.
    func update(
        _ table: ParameterTable, _ optimizer: Optimizer, factors: cuda_address, moved: cuda_address,
        step: cuda_address, on stream: Stream
    ) throws {
        let name =
            switch optimizer.method {
            case .sgd, .lars: "update_sgd"
            case .nesterov: "update_nesterov"
            case .adam: "update_adam"
            case .adamW: "update_adamw"
            }
        try launch(
            name, (table.chunkCount, 1, 1), on: stream,
            KernelArguments(
                table.parameters, table.chunks, device_rule(optimizer), factors, moved, step))
    }

    /// A piece's gradients to those before it, or in their place where the step begins a batch.
    func addGradients(_ table: ParameterTable, step: cuda_address, on stream: Stream) throws {
        try launch(
            "add_gradients", (table.chunkCount, 1, 1), on: stream,
            KernelArguments(table.parameters, table.chunks, step))
    }

    /// Weights and averages change places.
    func swapAverages(_ table: ParameterTable, on stream: Stream) throws {
        try launch(
            "swap_averages", (table.chunkCount, 1, 1), on: stream,
            KernelArguments(table.parameters, table.chunks))
    }
}

extension device_rule {
    init(_ optimizer: Optimizer) {
        self.init()
        momentum = optimizer.momentum
        switch optimizer.method {
        case .sgd, .nesterov, .lars: break
        case .adam(let beta2, let epsilon), .adamW(let beta2, let epsilon):
            (second_momentum, self.epsilon) = (beta2, epsilon)
        }
        limit = if case .value(let most) = optimizer.clipping { most } else { .infinity }
        // In double first: of 0.9999 as a float little is left.
        share = optimizer.averageDecay.map { Float(1 - $0) } ?? 0
    }
}
