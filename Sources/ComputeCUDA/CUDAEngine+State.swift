// Parameters, gradients and moments in and out in canonical form, the averages in the parameters' place, and what is said of
// a step beside its loss.

internal import CCUDA
package import Compute

extension CUDAEngine {
    package func read(_ kind: StateKind, into set: ParameterSet) throws {
        precondition(set.parameters == network.parameters, "parameters of another network")
        try context.stream.device.makeCurrent()
        for index in network.parameters.indices {
            guard let values = set[index].baseAddress else { continue }
            try buffers.parameters.read(kind, index, into: values, context)
        }
        try context.stream.synchronize()
    }

    package func prepareReads(into set: ParameterSet) {
        guard let base = set.values.baseAddress, (try? context.stream.device.makeCurrent()) != nil else {
            return
        }
        pins.pin(set, base, bytes: set.values.count * MemoryLayout<Float>.stride)
    }

    package func load(_ kind: StateKind, from set: ParameterSet) throws {
        precondition(set.parameters == network.parameters, "parameters of another network")
        try context.stream.device.makeCurrent()
        for index in network.parameters.indices {
            guard let values = set[index].baseAddress else { continue }
            try buffers.parameters.load(kind, index, from: values, context)
        }
        if kind == .parameters { try buffers.parameters.renewCopies(context) }
    }

    package func parameter(_ index: Int) throws -> [Float] {
        try context.stream.device.makeCurrent()
        var values = [Float](repeating: 0, count: network.parameters[index].count)
        try values.withUnsafeMutableBufferPointer { values in
            guard let base = values.baseAddress else { return }
            try buffers.parameters.read(.parameters, index, into: base, context)
            try context.stream.synchronize()
        }
        return values
    }

    package func withAverages<T>(_ body: () throws -> T) throws -> T {
        guard optimizer.averageDecay != nil else { return try body() }
        try context.stream.device.makeCurrent()
        try update.exchangeAverages(context)
        let result = Result { try body() }
        try update.exchangeAverages(context)
        return try result.get()
    }

    // MARK: - Statistics

    /// Enqueues what is to be said of a step before and after its update. Waits for the device where distributions are.
    /// - Parameters:
    ///   - place: where the device writes.
    ///   - images: of the last piece, whose activations are there.
    /// - Returns: what reads it there, once the device has.
    func statistics(
        to place: UnsafeMutableRawPointer, distributions: Bool, images: Int, around update: () throws -> Void
    ) throws -> () -> StepStatistics {
        try statistics.sendGradients(to: place, context)
        var all = distributions ? try gradientDistributions(at: place, images: images) : nil
        try update()
        try statistics.sendWeights(to: place, context)
        if distributions {
            try context.stream.synchronize()
            all?.weights = try statistics.distributions(of: .weights, statistics.weights(at: place), context)
        }
        return { [statistics, all] in
            var said = StepStatistics()
            said.gradients = statistics.gradients(at: place)
            said.updates = statistics.updates(at: place)
            said.weights = statistics.weights(at: place)
            said.distributions = all
            return said
        }
    }

    private func gradientDistributions(at place: UnsafeMutableRawPointer, images: Int) throws
        -> StepStatistics.Distributions
    {
        try context.stream.synchronize()
        var all = StepStatistics.Distributions()
        all.gradients = try statistics.distributions(
            of: .gradients, statistics.gradients(at: place), context)
        // What follows a layer in place, such as its ReLU and dropout, is in its buffer too.
        for index in network.layers.indices where network.layers[index].parameterPrefix != nil {
            all.activations.append(
                try statistics.distribution(
                    buffers.activations[index + 1].address, buffers.layout.tensors[index + 1],
                    images: images, context))
        }
        return all
    }
}
