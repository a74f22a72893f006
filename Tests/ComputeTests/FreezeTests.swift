// Layers that do not learn: nothing of them changes, the others learn as if nothing were frozen, and no work is done for
// what is not wanted.

import Compute
import Testing

@testable import Networks

@Suite struct FreezeTests {
    private static let scene = Scenes.torchvision
    private static let convolutions = ["0", "3", "5"]

    private func scene(frozen: [String]) -> Scene {
        Self.scene.with {
            for layer in frozen { $0.optimizer.layers[layer] = .init(isFrozen: true) }
        }
    }

    private func isFrozen(_ parameter: Parameter, _ frozen: [String]) -> Bool {
        frozen.contains(Self.scene.network.layers[parameter.layer].name)
    }

    @Test(arguments: Conformer.all, [["0"], ["3"], ["0", "3", "5"], ["9"], ["12"], ["5", "9"]])
    func othersLearnAsBefore(_ conformer: Conformer, _ frozen: [String]) throws {
        let scene = scene(frozen: frozen)
        for detail in [StepSettings.Detail.none, .moments] {
            let (engine, whole) = (try scene.engine(conformer), try Self.scene.engine(conformer))
            let settings = scene.settings(detail: detail)
            let result = try engine.train(scene.batch(), settings)
            #expect(try whole.train(scene.batch(), settings).loss == result.loss)
            let before = scene.parameters()
            let (ours, theirs) = (try engine.read(.parameters), try whole.read(.parameters))
            for (index, parameter) in scene.network.parameters.enumerated() {
                let expected = isFrozen(parameter, frozen) ? before : theirs
                #expect(Array(ours[index]) == Array(expected[index]), "\(parameter.name)")
            }
            let moments = try engine.read(.firstMoment)
            for (index, parameter) in scene.network.parameters.enumerated() {
                #expect(moments[index].allSatisfy { $0 == 0 } == isFrozen(parameter, frozen))
            }
            guard let statistics = result.statistics else { continue }
            for (index, parameter) in scene.network.parameters.enumerated() {
                #expect((statistics.updates[index] == 0) == isFrozen(parameter, frozen), "\(parameter.name)")
                #expect((statistics.gradients[index].norm == 0) == isFrozen(parameter, frozen))
            }
        }
    }

    @Test(arguments: Conformer.devices)
    func errorsGoBackToTheLowestLayerThatLearns(_ conformer: Conformer) throws {
        let scene = scene(frozen: Self.convolutions)
        let engine = try scene.engine(conformer)
        engine.timings = LayerTimings()
        _ = try engine.train(scene.batch(), scene.settings())
        let timings = try #require(engine.timings)
        // Of other layers some engines do several at once.
        for (index, layer) in scene.network.layers.enumerated() where layer.parameterPrefix != nil {
            #expect(timings[layer.name, .forward] > 0)
            #expect((timings[layer.name, .backward] > 0) == (index >= 9), "\(layer.name)")
        }
    }
}
