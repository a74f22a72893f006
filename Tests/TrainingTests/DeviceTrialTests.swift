// Whom the comparison with the CPU believes. The CPU's own engine stands in for a GPU's.

import Compute
import Jobs
import Networks
import SystemPackage
import TemporaryFolders
import Testing

@testable import Training

@Suite struct DeviceTrialTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// - Parameter deviation: that the engine divides by; the trial is told of 1.
    private func tryOut(_ text: String, deviation: Float = 1) throws {
        let plan = try Job.of("width: 0.125\nbatch_size: 16\nthreads: 2\ndevice: cpu\n" + text).plan
        let network = plan.network(classes: 5)
        let (mean, one) = (SIMD3<Float>(repeating: 128), SIMD3<Float>(repeating: 1))
        let engine = try plan.engine(
            network, Normalization(mean: mean, deviation: deviation * one), on: nil, cache: folder.path)
        try DeviceTrial(engine, plan, Normalization(mean: mean, deviation: one), cache: folder.path).run()
        for kind in plan.engineOptimizer.state {
            let state = ParameterSet(network.parameters)
            try engine.read(kind, into: state)
            #expect(network.parameters.indices.allSatisfy { state[$0].allSatisfy { $0 == 0 } }, "\(kind)")
        }
    }

    /// Batch normalisation computes something else in pieces of another size.
    @Test(arguments: ["model: alexnet", "model: alexnet-bn", "model: torchvision"], [1, 2, 5])
    func whoComputesTheSameIsBelieved(_ model: String, _ accumulate: Int) throws {
        try tryOut("\(model)\naccumulate: \(accumulate)")
        #expect(try folder.names() == ["trusted-gpus.json"])
    }

    @Test func whoComputesSomethingElseIsNot() throws {
        let error = try #require(throws: (any Error).self) { try tryOut("model: alexnet", deviation: 2) }
        #expect("\(error)".contains("does not compute what the CPU computes"), "\(error)")
        #expect(try folder.names() == [])
    }
}
