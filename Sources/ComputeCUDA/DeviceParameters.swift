// Parameters and all that an optimiser keeps of them, on the device: one buffer for each kind, every tensor at the same
// place of each. Masters are floats; where elements are bf16, products read copies of them in that type, and the gradients
// of products' weights come in it.

internal import CCUDA
internal import Compute
internal import Networks

final class DeviceParameters {
    let parameters: [Parameter]
    let layouts: [device_weight]
    /// Of each tensor's first number; 256 bytes or more apart from any other's in every buffer.
    private let offsets: [Int]
    /// Numbers of all tensors, padding and gaps included.
    let total: Int
    private let state: [StateKind: DeviceBuffer]
    private let copies: DeviceBuffer?
    /// Floats of all the pieces of a batch that are done; nil where there is one only.
    let gradientSum: DeviceBuffer?
    /// The largest tensor, in canonical order.
    private let staging: DeviceBuffer
    private let precision: Precision

    /// - Parameter layouts: in the order of the network's parameters.
    init(
        _ network: Network, _ layouts: [device_weight], _ optimizer: Optimizer, _ precision: Precision,
        in arena: DeviceArena
    ) {
        parameters = network.parameters
        (self.layouts, self.precision) = (layouts, precision)
        var total = 0
        offsets = layouts.map { layout in
            defer { total += (layout.deviceCount + 127) / 128 * 128 }
            return total
        }
        self.total = total
        var state: [StateKind: DeviceBuffer] = [:]
        for kind in [.parameters, .gradients] + optimizer.state {
            state[kind] = arena.reserve(bytes: 4 * total, "the \(kind) of \(network.name)")
        }
        self.state = state
        let isNarrow = precision.elementBytes < 4
        copies = isNarrow ? arena.reserve(bytes: 2 * total, "the parameters in bf16") : nil
        gradientSum =
            optimizer.accumulation > 1 ? arena.reserve(bytes: 4 * total, "the sum of gradients") : nil
        staging = arena.reserve(
            bytes: 4 * (parameters.map(\.count).max() ?? 0), "a parameter on its way to the host")
    }

    func address(_ kind: StateKind, _ index: Int) -> cuda_address {
        guard let buffer = state[kind] else { preconditionFailure("no \(kind) is kept") }
        return buffer.address + UInt64(4 * offsets[index])
    }

    /// Null where the optimiser keeps none.
    private func addressIfKept(_ kind: StateKind, _ index: Int) -> cuda_address {
        state[kind] == nil ? 0 : address(kind, index)
    }

    /// As elements, which products read.
    func elements(_ index: Int) -> cuda_address {
        guard let copies else { return address(.parameters, index) }
        return copies.address + UInt64(2 * offsets[index])
    }

    /// Whether its gradient comes in elements that are no floats.
    func hasNarrowGradient(_ index: Int) -> Bool {
        copies != nil && parameters[index].role == .weight && parameters[index].shape.count > 1
    }

    /// Where the gradient is that the update takes.
    private func finalGradient(_ index: Int) -> (address: cuda_address, narrow: Bool) {
        if let gradientSum { return (gradientSum.address + UInt64(4 * offsets[index]), false) }
        return (address(.gradients, index), hasNarrowGradient(index))
    }

    /// What the update's kernels read of each parameter.
    func table(_ rules: [Optimizer.ParameterRule]) -> [device_parameter] {
        parameters.indices.map { index in
            let learns = parameters[index].role.isLearned && !rules[index].isFrozen
            return device_parameter(
                weights: .init(bitPattern: UInt(address(.parameters, index))),
                gradients: .init(bitPattern: UInt(address(.gradients, index))),
                sum: gradientSum.flatMap { .init(bitPattern: UInt($0.address) + UInt(4 * offsets[index])) },
                first_moment: .init(bitPattern: UInt(addressIfKept(.firstMoment, index))),
                second_moment: .init(bitPattern: UInt(addressIfKept(.secondMoment, index))),
                average: .init(bitPattern: UInt(addressIfKept(.average, index))),
                copy: copies == nil ? nil : .init(bitPattern: UInt(elements(index))),
                count: UInt32(layouts[index].deviceCount), narrow: hasNarrowGradient(index) ? 1 : 0,
                learns: learns ? 1 : 0, scaled: rules[index].isScaled ? 1 : 0, rate: rules[index].rate,
                decay: rules[index].decay)
        }
    }

    // MARK: - In and out in canonical form

    /// Enqueues the copy.
    func read(
        _ kind: StateKind, _ index: Int, into values: UnsafeMutablePointer<Float>, _ context: DeviceContext
    ) throws {
        let source =
            kind == .gradients ? finalGradient(index) : (address: address(kind, index), narrow: false)
        try context.kernels.toCanonical(
            device: source.address, narrow: source.narrow, layouts[index], canonical: staging.address,
            on: context.stream)
        try context.stream.copy(staging.address, to: values, bytes: 4 * parameters[index].count)
    }

    /// Waits for the device.
    func load(_ kind: StateKind, _ index: Int, from values: UnsafePointer<Float>, _ context: DeviceContext)
        throws
    {
        precondition(kind != .gradients, "gradients are what a step leaves")
        try context.stream.copy(values, to: staging.address, bytes: 4 * parameters[index].count)
        try context.kernels.fromCanonical(
            staging.address, layouts[index], device: address(kind, index), on: context.stream)
        try context.stream.synchronize()
    }

    /// After masters have changed otherwise than by an update.
    func renewCopies(_ context: DeviceContext) throws {
        guard copies != nil else { return }
        for index in parameters.indices {
            try context.kernels.narrow(
                address(.parameters, index), to: elements(index), count: layouts[index].deviceCount,
                on: context.stream)
        }
    }
}
