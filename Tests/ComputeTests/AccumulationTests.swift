// A batch in pieces is the same batch: with the same masks, and so with scores, losses and gradients that differ by rounding
// alone, in less memory. That pieces compute what the reference computes, and leave no trace, the other suites say of
// `Scenes.inPieces`.

import Compute
import ComputeCPU
import Networks
import Testing

@Suite struct AccumulationTests {
    private static let scene = Scenes.torchvision.with { ($0.capacity, $0.count) = (7, 7) }

    private static func inPieces(_ count: Int) -> Scene { scene.with { $0.optimizer.accumulation = count } }

    /// Seven in two pieces are four and three; in three, three, three and one; in five, as many twos and a one.
    @Test(arguments: Conformer.devices, [2, 3, 5, 7])
    func trainsAsTheWholeBatch(_ conformer: Conformer, _ pieces: Int) throws {
        let whole = try Self.scene.engine(conformer)
        let scene = Self.inPieces(pieces)
        let engine = try scene.engine(conformer)
        for step in 0..<4 {
            let batch = scene.batch(UInt32(step))
            // The last one is short: as many pieces as it fills.
            if step == 3 { batch.count = 4 }
            let settings = scene.settings(step, detail: step == 1 ? .moments : .none)
            let (theirs, ours) = (try whole.train(batch, settings), try engine.train(batch, settings))
            #expect(ours.count == theirs.count)
            #expect(abs(ours.loss - theirs.loss) < 1e-5 * theirs.loss, "step \(step)")
            #expect((ours.top1Errors, ours.top5Errors) == (theirs.top1Errors, theirs.top5Errors))
            #expect(try engine.scores().count == batch.count * scene.network.classes)
            #expect(try distance(engine.scores(), whole.scores()) < 1e-5, "step \(step)")
            if let ours = ours.statistics?.gradientNorm, let theirs = theirs.statistics?.gradientNorm {
                #expect(abs(ours - theirs) < 1e-5 * theirs, "gradients of step \(step)")
            }
        }
        for kind in [.parameters] + scene.optimizer.state {
            #expect(try distance(engine.floats(kind), whole.floats(kind)) < 1e-5, "\(kind)")
        }
    }

    @Test(arguments: Conformer.devices) func evaluatesAsTheWholeBatch(_ conformer: Conformer) throws {
        let (whole, engine) = (try Self.scene.engine(conformer), try Self.inPieces(3).engine(conformer))
        let batch = Self.scene.batch()
        let (theirs, ours) = (try whole.evaluate(batch), try engine.evaluate(batch))
        #expect(ours.count == theirs.count)
        #expect(abs(ours.loss - theirs.loss) < 1e-5 * theirs.loss)
        #expect((ours.top1Errors, ours.top5Errors) == (theirs.top1Errors, theirs.top5Errors))
        #expect(try distance(engine.scores(), whole.scores()) < 1e-5)
    }

    /// 1024 images in eight pieces take what 128 take, one more set of gradients, and the scores.
    @Test(arguments: Model.allCases) func memoryIsThatOfAPiece(_ model: Model) {
        let network = AlexNet.network(model, classes: 1000)
        func needed(_ images: Int, in pieces: Int) -> Int {
            let optimizer = Optimizer(
                method: .sgd, momentum: 0.9, weightDecay: 0, biasDecay: 0, accumulation: pieces)
            return CPUEngine.memoryNeeded(network, capacity: images, optimizer: optimizer, threads: 2)
        }
        let scores = (1024 - 128) * network.classes * 4
        let gradients = network.parameters.reduce(0) { $0 + $1.count } * 4
        #expect(needed(1024, in: 8) == needed(128, in: 1) + gradients + scores)
        #expect(needed(1024, in: 8) < needed(1024, in: 1) / 2)
    }
}
