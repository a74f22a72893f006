// What of the network learns, and what its gradients are brought down to before it does. Norms are summed in double over
// fixed blocks, in their order, so that they do not depend on the number of lanes.

internal import CKernels
internal import Compute
internal import Networks

extension CPUEngine {
    /// The pass as it is for one layer.
    /// - Parameter settings: of the update, where a layer may do its own.
    func layerPass(_ layer: Int, _ pass: Pass, updating settings: StepSettings? = nil) -> Pass {
        guard let weight = network.parameters.firstIndex(where: { $0.layer == layer }) else { return pass }
        var pass = pass
        pass.isFrozen = rules[weight].isFrozen
        if let settings { pass.weightUpdate = ParameterUpdate(optimizer, rules[weight], settings) }
        return pass
    }

    // MARK: - Clipping

    enum Clip {
        case scale(Float)
        case limit(Float)
    }

    /// What this step's gradients need; nil where they are taken as they are.
    func clip() -> Clip? {
        switch optimizer.clipping {
        case .none: return nil
        case .value(let limit): return .limit(limit)
        case .norm(let limit):
            var squares = 0.0
            measure("clipping", .update) {
                let gradients = state[.gradients]!.pointer
                for (index, parameter) in network.parameters.enumerated() where !rules[index].isFrozen {
                    squares += sumOfSquares(gradients + offsets[index], parameter.count)
                }
            }
            let coefficient = Double(limit) / (squares.squareRoot() + 1e-6)
            return coefficient >= 1 ? nil : .scale(Float(coefficient))
        }
    }

    /// A block of gradients, or a clipped copy in the lane's scratch.
    func clipped(_ gradients: Floats, _ count: Int, _ clip: Clip?, _ lane: Int) -> Floats {
        let copy = workspace.scratch[lane]
        switch clip {
        case nil: return gradients
        case .scale(let scale): clip_scale(gradients, scale, copy, count)
        case .limit(let limit): clip_limit(gradients, limit, copy, count)
        }
        return copy
    }

    // MARK: - LARS

    /// What LARS multiplies the rate of a parameter by; 1 under another optimiser.
    func trustRatio(of index: Int, _ clip: Clip?) -> Float {
        guard case .lars(let trust) = optimizer.method, rules[index].isScaled else { return 1 }
        let (at, count) = (offsets[index], network.parameters[index].count)
        let weight = sumOfSquares(state[.parameters]!.pointer + at, count).squareRoot()
        let gradient = sumOfSquares(state[.gradients]!.pointer + at, count, clip).squareRoot()
        guard weight != 0, gradient != 0 else { return 1 }
        return Float(Double(trust) * weight / (gradient + Double(rules[index].decay) * weight + 1e-9))
    }

    private func sumOfSquares(_ values: Floats, _ count: Int, _ clip: Clip? = nil) -> Double {
        let pieces = (count + Self.block - 1) / Self.block
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: pieces) { sums in
            let sums = sums.baseAddress!
            workspace.lanes.run(over: count, by: Self.block) { range, lane in
                let here = clipped(values + range.lowerBound, range.count, clip, lane)
                (sums + range.lowerBound / Self.block).initialize(to: sum_of_squares(here, range.count))
            }
            return (0..<pieces).reduce(0) { $0 + sums[$1] }
        }
    }
}
