// An evaluation with dropout sees the masks of the training step of that number, and changes nothing.

import Compute
import Testing

@Suite struct DroppingTests {
    @Test(arguments: Conformer.all, Scenes.dropouts + [Scenes.paper])
    func masksAreThoseOfTheTrainingStep(_ conformer: Conformer, _ scene: Scene) throws {
        let batch = scene.batch()
        let engine = try scene.engine(conformer)
        let dropped = try engine.evaluate(batch, droppingAt: scene.step)
        let scores = try engine.scores()
        _ = try engine.evaluate(batch, droppingAt: scene.step + 1)
        #expect(try engine.scores() != scores, "another step, other masks")
        #expect(try engine.floats(.parameters) == scene.parameters().floats)

        let plain = try scene.engine(conformer)
        let trained = try plain.train(batch, scene.settings())
        #expect(try plain.scores() == scores)
        #expect(dropped == trained)
        #expect(try engine.train(batch, scene.settings()) == trained, "a look leaves no trace")
        #expect(try engine.floats(.parameters) == plain.floats(.parameters))
    }
}
