// Parameters, gradients and moments in and out in canonical form, and the update.

internal import CKernels
package import Compute
internal import Networks

extension CPUEngine {
    package func read(_ kind: StateKind, into set: ParameterSet) {
        exchange(kind, set, toCanonical)
    }

    package func load(_ kind: StateKind, from set: ParameterSet) {
        exchange(kind, set, fromCanonical)
        if kind == .parameters { parametersChanged() }
    }

    package func parameter(_ index: Int) -> [Float] {
        let ours = state[.parameters]!.pointer + offsets[index]
        return [Float](unsafeUninitializedCapacity: network.parameters[index].count) { values, count in
            exchange(index, ours, values.baseAddress!, toCanonical)
            count = network.parameters[index].count
        }
    }

    func parametersChanged() { for operation in operations { operation.parametersChanged() } }

    /// Some outputs of a tensor, in our order and in the canonical one: the copy is on one side or the other.
    private typealias Copy = (
        _ ours: Floats, _ canonical: Floats, _ outputs: Int, _ shape: Shape, _ inPanel: Bool
    ) -> Void

    private func toCanonical(
        _ ours: Floats, _ canonical: Floats, _ outputs: Int, _ shape: Shape, _ inPanel: Bool
    ) {
        let (channels, pixels) = (Int32(shape.channels), Int32(shape.height * shape.width))
        if inPanel {
            panels_to_outputs(ours, channels, pixels, Int32(outputs), canonical)
        } else {
            layout_channels_first(canonical, ours, outputs, channels, pixels)
        }
    }

    private func fromCanonical(
        _ ours: Floats, _ canonical: Floats, _ outputs: Int, _ shape: Shape, _ inPanel: Bool
    ) {
        let (channels, pixels) = (Int32(shape.channels), Int32(shape.height * shape.width))
        if inPanel {
            panels_from_outputs(canonical, channels, pixels, Int32(outputs), ours)
        } else {
            layout_channels_last(ours, canonical, outputs, channels, pixels)
        }
    }

    private func exchange(_ kind: StateKind, _ set: ParameterSet, _ copy: Copy) {
        guard let buffer = state[kind] else { preconditionFailure("\(optimizer.method) keeps no \(kind)") }
        precondition(set.parameters == network.parameters, "parameters of another network")
        for index in network.parameters.indices {
            exchange(index, buffer.pointer + offsets[index], set[index].baseAddress!, copy)
        }
    }

    /// Panel by panel, or as many outputs at a time.
    private func exchange(_ index: Int, _ ours: Floats, _ canonical: Floats, _ copy: Copy) {
        let parameter = network.parameters[index]
        let outputs = parameter.shape[0]
        let perOutput = parameter.count / outputs
        let shape = spatialShape(of: parameter)
        let inPanels = parameter.role == .weight && operations[parameter.layer].weightsLieInPanels
        workspace.lanes.run(over: outputs, by: 16) { range, _ in
            let at = range.lowerBound * perOutput
            copy(ours + at, canonical + at, range.count, shape, inPanels)
        }
    }

    /// What one output's weights look at: the kernel's window, or the activations that were flattened.
    private func spatialShape(of parameter: Parameter) -> Shape {
        if parameter.shape.count == 4 {
            return Shape(parameter.shape[2], parameter.shape[3], parameter.shape[1])
        }
        guard parameter.shape.count == 2 else { return Shape(1, 1, 1) }
        let before = network.layers[..<parameter.layer].last { !$0.operation.keepsOrder }
        if let before, before.operation == .flatten { return before.input }
        return Shape(1, 1, parameter.count / parameter.shape[0])
    }

    /// Floats per task in passes over all parameters.
    static let block = 1 << 16

    /// - Parameters:
    ///   - fused: whether layers that update their weights in their backward pass have done so.
    ///   - around: called for each range of a parameter with the update of that range, once.
    func update(
        _ settings: StepSettings, fused: Bool = false,
        around: (_ parameter: Int, _ range: Range<Int>, _ update: () -> Void) -> Void = { $2() }
    ) {
        let state = Self.whole(state)
        let clip = clip()
        for (index, parameter) in network.parameters.enumerated()
        where parameter.role.isLearned && !rules[index].isFrozen {
            if fused, parameter.role == .weight, operations[parameter.layer].updatesItsWeights { continue }
            measure(network.layers[parameter.layer].name, .update) {
                let rule = ParameterUpdate(
                    optimizer, rules[index], settings, ratio: trustRatio(of: index, clip))
                workspace.lanes.run(over: parameter.count, by: Self.block) { range, lane in
                    let at = offsets[index] + range.lowerBound
                    around(index, range) {
                        let gradient = clipped(state.gradients + at, range.count, clip, lane)
                        rule.apply(state, at: at, gradient, range.count)
                    }
                }
            }
        }
        updateAverages()
        parametersChanged()
    }
}

extension Layer.Operation {
    /// Whether every unit stays in its place.
    fileprivate var keepsOrder: Bool {
        switch self {
        case .relu, .dropout, .batchNorm: true
        case .convolution, .localResponseNorm, .maxPool, .flatten, .linear: false
        }
    }
}
