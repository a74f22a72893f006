// Parameters, gradients and moments in and out in canonical form, and the update.

internal import CKernels
package import Compute
internal import Glibc
internal import Networks

extension CPUEngine {
    package func read(_ kind: StateKind, into set: ParameterSet) {
        exchange(kind, set) { ours, canonical, images, channels, pixels in
            layout_channels_first(canonical, ours, images, channels, pixels)
        }
    }

    package func load(_ kind: StateKind, from set: ParameterSet) {
        exchange(kind, set) { ours, canonical, images, channels, pixels in
            layout_channels_last(ours, canonical, images, channels, pixels)
        }
        if kind == .parameters { parametersChanged() }
    }

    private func parametersChanged() { for operation in operations { operation.parametersChanged() } }

    /// Calls `copy` with both places of every output's weights, and their channels and pixels.
    private func exchange(
        _ kind: StateKind, _ set: ParameterSet, _ copy: (Floats, Floats, Int, Int32, Int32) -> Void
    ) {
        guard let buffer = state[kind] else { preconditionFailure("\(optimizer.method) keeps no \(kind)") }
        precondition(set.parameters == network.parameters, "parameters of another network")
        for index in network.parameters.indices {
            exchange(index, buffer.pointer + offsets[index], set[index].baseAddress!, copy)
        }
    }

    private func exchange(
        _ index: Int, _ ours: Floats, _ canonical: Floats,
        _ copy: (Floats, Floats, Int, Int32, Int32) -> Void
    ) {
        let parameter = network.parameters[index]
        let outputs = parameter.shape[0]
        let perOutput = parameter.count / outputs
        let shape = spatialShape(of: parameter)
        workspace.lanes.run(over: outputs, by: 64) { range, _ in
            let at = range.lowerBound * perOutput
            copy(
                ours + at, canonical + at, range.count, Int32(shape.channels),
                Int32(shape.height * shape.width))
        }
    }

    package func parameter(_ index: Int) -> [Float] {
        let ours = state[.parameters]!.pointer + offsets[index]
        return [Float](unsafeUninitializedCapacity: network.parameters[index].count) { values, count in
            exchange(index, ours, values.baseAddress!) { ours, canonical, images, channels, pixels in
                layout_channels_first(canonical, ours, images, channels, pixels)
            }
            count = network.parameters[index].count
        }
    }

    /// What one output's weights look at: the kernel's window, or the activations that were flattened.
    private func spatialShape(of parameter: Parameter) -> Shape {
        if parameter.shape.count == 4 {
            return Shape(parameter.shape[2], parameter.shape[3], parameter.shape[1])
        }
        guard parameter.role == .weight else { return Shape(1, 1, 1) }
        let before = network.layers[..<parameter.layer].last { !$0.operation.keepsOrder }
        if let before, before.operation == .flatten { return before.input }
        return Shape(1, 1, parameter.count / parameter.shape[0])
    }

    /// Floats per task in passes over all parameters.
    static let block = 1 << 16

    /// - Parameter around: called for each range of a parameter with the update of that range, once.
    func update(
        _ settings: StepSettings,
        around: (_ parameter: Int, _ range: Range<Int>, _ update: () -> Void) -> Void = { $2() }
    ) {
        let w = state[.parameters]!.pointer
        let g = state[.gradients]!.pointer
        let v = state[.firstMoment]!.pointer
        let second = state[.secondMoment]?.pointer
        for (index, parameter) in network.parameters.enumerated() {
            let isBias = parameter.role == .bias
            var rule = update_rule(
                rate: settings.learningRate * (isBias ? optimizer.biasRate : 1), momentum: optimizer.momentum,
                decay: isBias ? optimizer.biasDecay : optimizer.weightDecay)
            measure(network.layers[parameter.layer].name, .update) {
                workspace.lanes.run(over: parameter.count, by: Self.block) { range, _ in
                    let at = offsets[index] + range.lowerBound
                    around(index, range) {
                        switch optimizer.method {
                        case .sgd: update_sgd(&rule, w + at, v + at, g + at, range.count)
                        case .nesterov: update_nesterov(&rule, w + at, v + at, g + at, range.count)
                        case .adam(let beta2, let epsilon):
                            let t = Double(settings.step + 1)
                            update_adam(
                                &rule, beta2, epsilon, Float(1 - pow(Double(optimizer.momentum), t)),
                                Float((1 - pow(Double(beta2), t)).squareRoot()), w + at, v + at, second! + at,
                                g + at, range.count)
                        }
                    }
                }
            }
        }
        parametersChanged()
    }
}

extension Layer.Operation {
    /// Whether every unit stays in its place.
    fileprivate var keepsOrder: Bool {
        switch self {
        case .relu, .dropout: true
        case .convolution, .localResponseNorm, .maxPool, .flatten, .linear: false
        }
    }
}
