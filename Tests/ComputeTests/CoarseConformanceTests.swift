// Engines that round to bfloat16, on every scene: as near to the reference as their format is.

import Compute
import Testing

@Suite struct CoarseConformanceTests {
    @Test(arguments: Scenes.all, Conformer.coarse)
    func computesWhatTheReferenceComputes(_ scene: Scene, _ conformer: Conformer) throws {
        let batch = scene.batch()
        let (engine, reference) = (try scene.engine(conformer), try scene.engine(.reference))
        let (ours, theirs) = (try engine.evaluate(batch), try reference.evaluate(batch))
        #expect(abs(ours.loss - theirs.loss) < 2e-2 * max(theirs.loss, 1))
        #expect(try distance(engine.scores(), reference.scores()) < 3e-2)
        _ = try engine.train(batch, scene.settings(detail: .moments))
        _ = try reference.train(batch, scene.settings(detail: .moments))
        let (gradients, expected) = (try engine.read(.gradients), try reference.read(.gradients))
        for (index, parameter) in scene.network.parameters.enumerated() where parameter.role.isLearned {
            #expect(
                difference(gradients[index], expected[index]) < conformer.coarseBound, "\(parameter.name)")
        }
    }

    /// Root of mean squares, relative to that of what is expected.
    private func difference(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Double {
        let squares = zip(a, b).reduce((0.0, 0.0)) {
            let difference = Double($1.0) - Double($1.1)
            return ($0.0 + difference * difference, $0.1 + Double($1.1) * Double($1.1))
        }
        return squares.1 == 0 ? squares.0 : (squares.0 / squares.1).squareRoot()
    }
}
