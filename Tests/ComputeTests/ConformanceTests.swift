// Every engine computes what the reference computes: scores, loss, errors, and the gradient of every parameter, on
// every scene. A float engine that sums in its own order lies about 1e-6 from the reference, one in the Winograd
// domain about 1e-5; anything that is wrong lies a hundred times further.

import Compute
import Testing

@testable import Networks

@Suite struct ConformanceTests {
    static let tolerance = 1e-4

    @Test(arguments: Scenes.all) func everyDeviceComputesWhatTheReferenceComputes(_ scene: Scene) throws {
        let scene = try scene.decided()
        let batch = scene.batch()
        let reference = try scene.engine(.reference)
        let evaluation = try reference.evaluate(batch)
        let scores = try reference.scores()
        let training = try reference.train(batch, scene.settings(detail: .distributions))
        for conformer in Conformer.devices {
            let engine = try scene.engine(conformer)
            try compare(try engine.evaluate(batch), evaluation, "\(conformer): evaluation")
            #expect(try engine.scores().count == scene.count * scene.network.classes)
            #expect(
                try distance(engine.scores(), scores) < Self.tolerance,
                "\(conformer): scores of the evaluation")
            let before = scene.parameters()
            #expect(
                try engine.floats(.parameters) == before.floats,
                "\(conformer): evaluation changed the parameters")

            let trained = try engine.train(batch, scene.settings(detail: .distributions))
            try compare(trained, training, "\(conformer): training")
            try compare(
                try #require(trained.statistics), try #require(training.statistics), "\(conformer)")
            #expect(
                try distance(engine.scores(), reference.scores()) < Self.tolerance,
                "\(conformer): scores of the training")
            for kind in [.gradients, .parameters] + scene.optimizer.state {
                let (ours, theirs) = (try engine.read(kind), try reference.read(kind))
                for (index, parameter) in scene.network.parameters.enumerated() {
                    let distance = distance(ours[index], theirs[index])
                    #expect(
                        distance < Self.tolerance,
                        "\(conformer): \(kind) of \(parameter.name) \(parameter.shape)")
                }
            }
        }
    }

    /// A few images are cut among the lanes otherwise than many, and give the same bits.
    @Test(arguments: Conformer.fast, [1, 3]) func aFewImagesScoreAsAmongMany(
        _ conformer: Conformer, _ count: Int
    )
        throws
    {
        let many = Scenes.paper.with { ($0.capacity, $0.count) = (19, 19) }
        let engine = try many.engine(conformer)
        _ = try engine.evaluate(many.batch())
        let scores = try engine.scores()
        _ = try engine.evaluate(many.with { $0.count = count }.batch())
        let fewScores = try engine.scores()
        #expect(fewScores.count == count * many.network.classes)
        #expect(fewScores == Array(scores.prefix(fewScores.count)))
    }

    private func compare(_ ours: StepStatistics, _ theirs: StepStatistics, _ whose: String) throws {
        compare(ours.weights, theirs.weights, "\(whose): weights")
        compare(ours.gradients, theirs.gradients, "\(whose): gradients")
        #expect(ours.updates.count == theirs.updates.count)
        for (ours, theirs) in zip(ours.updates, theirs.updates) {
            // What is added is small beside the weight that rounds it.
            #expect(abs(ours - theirs) <= 1e-3 * theirs + 1e-7, "\(whose): update")
        }
        let (ours, theirs) = (try #require(ours.distributions), try #require(theirs.distributions))
        compare(ours.weights, theirs.weights, "\(whose): distribution of the weights")
        compare(ours.gradients, theirs.gradients, "\(whose): distribution of the gradients")
        compare(ours.activations, theirs.activations, "\(whose): distribution of the activations")
    }

    private func compare(_ ours: [Moments], _ theirs: [Moments], _ what: Comment) {
        #expect(ours.count == theirs.count, what)
        for (ours, theirs) in zip(ours, theirs) {
            let size = Self.tolerance * (theirs.sumOfSquares * Double(theirs.count)).squareRoot() + 1e-9
            #expect(ours.count == theirs.count, what)
            #expect(abs(ours.sum - theirs.sum) <= size, what)
            #expect(abs(ours.norm - theirs.norm) <= Self.tolerance * theirs.norm + 1e-9, what)
            let largest = Double(max(abs(theirs.minimum), abs(theirs.maximum)))
            #expect(abs(Double(ours.minimum - theirs.minimum)) <= Self.tolerance * largest + 1e-9, what)
            #expect(abs(Double(ours.maximum - theirs.maximum)) <= Self.tolerance * largest + 1e-9, what)
        }
    }

    /// A value near a bucket's edge may fall to either side.
    private func compare(_ ours: [Distribution], _ theirs: [Distribution], _ what: Comment) {
        compare(ours.map(\.moments), theirs.map(\.moments), what)
        for (ours, theirs) in zip(ours, theirs) {
            #expect(ours.counts.count == theirs.counts.count, what)
            #expect(ours.counts.reduce(0, +) == ours.moments.count, what)
            let moved = zip(ours.counts, theirs.counts).reduce(0) { $0 + abs($1.0 - $1.1) }
            #expect(moved <= 2 + theirs.moments.count / 50, what)
        }
    }

    private func compare(_ ours: BatchResult, _ theirs: BatchResult, _ pass: Comment) throws {
        #expect(ours.count == theirs.count, pass)
        #expect(abs(ours.loss - theirs.loss) <= Self.tolerance * max(theirs.loss, 0.01), pass)
        #expect(ours.top1Errors == theirs.top1Errors, pass)
        #expect(ours.top5Errors == theirs.top5Errors, pass)
    }

    /// Whole numbers below 2²⁴ add up exactly in any order, so every engine sees the same ties: units of exactly zero,
    /// windows of equal values, equal scores. Kernels of 2 × 2: in the Winograd domain, which has none, thirds appear.
    @Test(arguments: Conformer.devices) func breaksTiesAsTheReference(_ conformer: Conformer) throws {
        let scene = Scene(
            "ties", side: 12,
            [
                .convolution(Convolution(outputs: 6, kernel: 2, stride: 1, padding: 1, groups: 1)), .relu,
                .maxPool(MaxPool(kernel: 3, stride: 2)),
                .convolution(Convolution(outputs: 4, kernel: 2, stride: 1, padding: 1, groups: 2)),
                .maxPool(MaxPool(kernel: 2, stride: 1)), .relu, .flatten, .linear(outputs: 8),
            ]
        ).with { $0.normalization = Normalization(mean: [1, 1, 1], deviation: [1, 1, 1]) }
        let batch = scene.batch()
        for slot in 0..<batch.count {
            batch.draws[slot].color = .zero
            for offset in 0..<Batch.bytesPerImage { batch.image(slot)[offset] &= 3 }
        }
        let parameters = scene.parameters()
        for index in parameters.values.indices {
            parameters.values[index] = index % 5 == 0 ? 1 : index % 7 == 3 ? -1 : 0
        }
        // Scores 3 to 6 are all equal.
        let (weight, bias) = (try #require(parameters["7.weight"]), try #require(parameters["7.bias"]))
        for score in 4..<7 {
            for i in 0..<weight.count / 8 {
                weight[score * weight.count / 8 + i] = weight[3 * weight.count / 8 + i]
            }
            bias[score] = bias[3]
        }
        let (engine, reference) = (try scene.engine(conformer), try scene.engine(.reference))
        try engine.load(.parameters, from: parameters)
        try reference.load(.parameters, from: parameters)
        for label in 0..<8 {
            for slot in 0..<batch.count { batch.labels[slot] = Int32(label) }
            let (ours, theirs) = (try engine.evaluate(batch), try reference.evaluate(batch))
            #expect(try engine.scores() == reference.scores())
            #expect(
                ours.top1Errors == theirs.top1Errors && ours.top5Errors == theirs.top5Errors, "label \(label)"
            )
        }
        _ = try engine.train(batch, scene.settings(detail: .moments))
        _ = try reference.train(batch, scene.settings(detail: .moments))
        let (ours, theirs) = (try engine.read(.gradients), try reference.read(.gradients))
        for (index, parameter) in scene.network.parameters.enumerated() {
            #expect(distance(ours[index], theirs[index]) < Self.tolerance, "\(parameter.name)")
        }
    }

    @Test(arguments: Conformer.all + Conformer.coarse)
    func nothingIsSaidUnasked(_ conformer: Conformer) throws {
        let scene = Scenes.linear[0]
        #expect(try scene.engine(conformer).train(scene.batch(), scene.settings()).statistics == nil)
        let moments = try scene.engine(conformer).train(scene.batch(), scene.settings(detail: .moments))
        #expect(moments.statistics != nil && moments.statistics?.distributions == nil)
    }

    @Test(arguments: Conformer.all + Conformer.coarse)
    func refusesABatchThatDoesNotFit(_ conformer: Conformer) throws {
        let scene = Scenes.linear[0]
        let engine = try scene.engine(conformer)
        let changes: [(String, (Batch) -> Void)] = [
            ("no samples", { $0.count = 0 }), ("a class too many", { $0.labels[1] = 5 }),
            ("a negative class", { $0.labels[2] = -1 }),
            ("a crop beyond the edge", { $0.draws[0].left = 252 }),
            ("a negative crop", { $0.draws[0].top = -1 }),
        ]
        for (what, change) in changes {
            let batch = scene.batch()
            change(batch)
            #expect(throws: (any Error).self, "\(what)") { try engine.train(batch, scene.settings()) }
            #expect(throws: (any Error).self, "\(what)") { try engine.evaluate(batch) }
        }
        let larger = scene.with { ($0.capacity, $0.count) = (4, 4) }.batch()
        #expect(throws: (any Error).self) { try engine.evaluate(larger) }
    }

    /// A network that has gone wrong shows it in its loss, wherever it began: no ReLU, LRN or pool hides a NaN.
    @Test(arguments: Conformer.all + Conformer.coarse)
    func notANumberReachesTheLoss(_ conformer: Conformer) throws {
        let scene = Scenes.paper
        let batch = scene.batch()
        batch.draws[1].color = [.nan, 0, 0]
        #expect(try !scene.engine(conformer).evaluate(batch).loss.isFinite, "from the input")
        #expect(try !scene.engine(conformer).train(batch, scene.settings()).loss.isFinite, "from the input")
        for (index, parameter) in scene.network.parameters.enumerated() where parameter.role == .weight {
            let parameters = scene.parameters()
            parameters[index][0] = .nan
            let engine = try scene.engine(conformer)
            try engine.load(.parameters, from: parameters)
            #expect(try !engine.evaluate(scene.batch()).loss.isFinite, "from \(parameter.name)")
        }
    }
}
