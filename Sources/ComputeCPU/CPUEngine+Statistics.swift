// What is said of a step beside its loss. Numbers lie in the engine's own order here, which moments and distributions do
// not depend on; sums are cut into blocks and added up in their order.

internal import CKernels
internal import Compute
internal import Networks

extension CPUEngine {
    /// In the order of the network's parameters.
    func moments(of kind: StateKind) -> [Moments] {
        let values = state[kind]!.pointer
        return network.parameters.indices.map { moments(values + offsets[$0], network.parameters[$0].count) }
    }

    func distributions(of kind: StateKind, _ moments: [Moments]) -> [Distribution] {
        let values = state[kind]!.pointer
        return moments.enumerated().map { distribution(values + offsets[$0], $1) }
    }

    /// Of the layers with parameters. What follows one in place, such as its ReLU and dropout, is in its buffer too.
    func activationDistributions(_ images: Int) -> [Distribution] {
        network.layers.indices.filter { network.layers[$0].parameterPrefix != nil }.map { layer in
            let values = activations[layer + 1].pointer
            return distribution(values, moments(values, images * network.layers[layer].output.count))
        }
    }

    /// The update, and the norm of what it has added to each parameter; 0 for what is not learned.
    func measuredUpdate(_ settings: StepSettings) -> [Double] {
        let block = Self.block
        let weights = state[.parameters]!.pointer
        // Of each block; what is frozen, or not learned, adds nothing.
        let sums = network.parameters.map { parameter in
            let sums = UnsafeMutableBufferPointer<Double>.allocate(
                capacity: (parameter.count + block - 1) / block)
            sums.initialize(repeating: 0)
            return sums
        }
        defer { for sums in sums { sums.deallocate() } }
        update(settings) { parameter, range, update in
            let here = weights + offsets[parameter] + range.lowerBound
            withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count) { before in
                before.baseAddress!.initialize(from: here, count: range.count)
                update()
                sums[parameter][range.lowerBound / block] = statistics_distance(
                    here, before.baseAddress!, range.count)
            }
        }
        return sums.map { $0.reduce(0, +).squareRoot() }
    }

    private func moments(_ values: Floats, _ count: Int) -> Moments {
        let pieces = (count + Self.block - 1) / Self.block
        return withUnsafeTemporaryAllocation(of: statistics_moments.self, capacity: pieces) { parts in
            let parts = parts.baseAddress!
            workspace.lanes.run(over: count, by: Self.block) { range, _ in
                (parts + range.lowerBound / Self.block).initialize(
                    to: statistics_of(values + range.lowerBound, range.count))
            }
            var all = Moments()
            all.count = count
            for piece in 0..<pieces {
                all.sum += parts[piece].sum
                all.sumOfSquares += parts[piece].sum_of_squares
                all.minimum = min(all.minimum, parts[piece].minimum)
                all.maximum = max(all.maximum, parts[piece].maximum)
            }
            return all
        }
    }

    private func distribution(_ values: Floats, _ moments: Moments) -> Distribution {
        let buckets = Distribution.buckets
        guard let scale = moments.bucketScale else { return Distribution(moments, counts: []) }
        let lanes = workspace.lanes.count
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: lanes * buckets) { counts in
            counts.initialize(repeating: 0)
            let counts = counts.baseAddress!
            workspace.lanes.run(over: moments.count, by: Self.block) { range, lane in
                statistics_count(
                    values + range.lowerBound, range.count, moments.minimum, scale, Int32(buckets),
                    counts + lane * buckets)
            }
            return Distribution(
                moments,
                counts: (0..<buckets).map { bucket in
                    (0..<lanes).reduce(0) { $0 + Int(counts[$1 * buckets + bucket]) }
                })
        }
    }
}
