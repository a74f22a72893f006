// The models at an eighth of their width against PyTorch in float64. PyTorch's own float32 lies up to 1e-6 from
// that in logits and gradients, 4e-6 in ten losses (make_golden.py prints it): at these weights no ReLU or max-pool of
// the first step stands within a rounding of deciding otherwise. Ten and more times that is allowed, for other orders
// of summation. The losses pass through many decisions: in these four images the first falls otherwise at step 6 or 7,
// where a path rounds like the Winograd domain; from there on the losses only go the same way. With batch normalisation
// they fall a hundredfold within six steps, and go apart from step 4 on, in PyTorch's float32 too.

import Compute
import Networks
import Testing

@Suite struct GoldenTests {
    @Test(arguments: Conformer.devices, Model.allCases)
    func asPyTorch(_ conformer: Conformer, _ model: Model) throws {
        let golden = try Golden(model.rawValue)
        let network = AlexNet.network(model, classes: Golden.classes, width: 0.125, dropout: 0)
        let isPaper = model != .torchvision
        let optimizer = Optimizer(
            method: .sgd, momentum: 0.9, weightDecay: 0.0005, biasRate: isPaper ? 2 : 1,
            biasDecay: isPaper ? 0 : 0.0005)
        let engine = try conformer.make(network, Golden.count, Golden.normalization, optimizer, 0, 2)
        try engine.load(.parameters, from: Golden.parameters(network))
        let batch = Golden.batch()

        let losses = try golden.read("losses")
        for (step, expected) in losses.enumerated() {
            let loss =
                try engine.train(
                    batch, StepSettings(step: step, learningRate: 0.002, detail: step == 0 ? .moments : .none)
                ).loss
                / Double(Golden.count)
            let tolerance = step < (model == .alexnetBN ? 4 : 6) ? 1e-3 : 0.15
            #expect(abs(loss - Double(expected)) < tolerance * Double(expected), "loss of step \(step)")
            guard step == 0 else { continue }
            #expect(try distance(engine.scores(), try golden.read("logits")) < 2e-5, "logits")
            let gradients = try engine.read(.gradients)
            for (index, parameter) in network.parameters.enumerated() where parameter.role.isLearned {
                try compare(gradients[index], parameter.name, golden)
            }
        }
    }

    @Test(arguments: Conformer.all, [Float(0.1), 0.9])
    func smoothedLabelsAsPyTorch(_ conformer: Conformer, _ smoothing: Float) throws {
        let golden = try Golden("smoothing")
        let optimizer = Optimizer(method: .sgd, momentum: 0, weightDecay: 0, biasDecay: 0)
        let engine = try conformer.make(
            Golden.linear, Golden.count, Golden.normalization, optimizer, 0, 2)
        try engine.load(.parameters, from: Golden.parameters(Golden.linear))
        let batch = Golden.batch()
        for slot in 0..<batch.count { batch.labels[slot] %= 4 }
        let settings = StepSettings(step: 0, learningRate: 0, labelSmoothing: smoothing, detail: .moments)
        let loss = try engine.train(batch, settings).loss / Double(Golden.count)
        #expect(distance([Float(loss)], try golden.read("\(smoothing)/loss")) < 1e-6)
        let gradients = try engine.read(.gradients)
        #expect(distance(gradients[0], try golden.read("\(smoothing)/weight")) < 1e-6)
        #expect(distance(gradients[1], try golden.read("\(smoothing)/bias")) < 1e-6)
    }

    private func compare(_ gradient: UnsafeMutableBufferPointer<Float>, _ name: String, _ golden: Golden)
        throws
    {
        let summary = try golden.read("summary/\(name)")
        let stored = try golden.read("gradient/\(name)")
        let step = Int(summary[2])
        let sampled = stride(from: 0, to: gradient.count, by: step).map { gradient[$0] }
        #expect(sampled.count == stored.count, "\(name)")
        #expect(distance(sampled, stored) < 1e-4, "gradient of \(name)")
        var squares = 0.0
        for value in gradient { squares += Double(value) * Double(value) }
        #expect(abs(squares.squareRoot() - Double(summary[1])) < 1e-4 * Double(summary[1]), "norm of \(name)")
    }
}
