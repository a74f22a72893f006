// What makes a resumed run bit for bit the uninterrupted one: state survives reading and loading, and neither the
// number of threads nor what an engine did before leaves a trace.

import Compute
import Networks
import Testing

@Suite struct ContinuityTests {
    private func train(_ engine: any Engine, _ scene: Scene, _ steps: Range<Int>) throws -> [Double] {
        try steps.map { try engine.train(scene.batch(UInt32($0)), scene.settings($0)).loss }
    }

    @Test(arguments: Conformer.all + Conformer.coarse, Rule.all)
    func continuesBitForBit(_ conformer: Conformer, _ rule: Rule) throws {
        let optimizer = rule.optimizer
        for scene in [Scenes.paper, Scenes.paperBN, Scenes.torchvision].map({
            $0.with { $0.optimizer = optimizer }
        }) {
            let whole = try scene.engine(conformer)
            let losses = try train(whole, scene, 0..<6)

            let first = try scene.engine(conformer)
            var halves = try train(first, scene, 0..<3)
            let second = try scene.engine(conformer)
            for kind in [.parameters] + optimizer.state { try second.load(kind, from: first.read(kind)) }
            halves += try train(second, scene, 3..<6)

            #expect(halves == losses)
            for kind in [.parameters] + optimizer.state {
                #expect(try second.floats(kind) == whole.floats(kind), "\(kind)")
            }
        }
    }

    /// A set that is prepared for reading gets what any other gets, and outlives the engine.
    @Test(arguments: Conformer.all) func preparedSetsAreReadLikeOthers(_ conformer: Conformer) throws {
        let scene = Scenes.paper
        let set = ParameterSet(scene.network.parameters)
        do {
            let engine = try scene.engine(conformer)
            for _ in 0..<2 { engine.prepareReads(into: set) }
            for step in 0..<2 {
                _ = try train(engine, scene, step..<step + 1)
                try engine.read(.firstMoment, into: set)
                #expect(try Array(set.values) == engine.floats(.firstMoment))
            }
        }
        set.values[0] = 1
    }

    /// A step that is asked for statistics writes its gradients out; another may update the weights as it goes.
    @Test(arguments: Conformer.devices + Conformer.coarse, Rule.all)
    func watchingLeavesNoTrace(_ conformer: Conformer, _ rule: Rule) throws {
        let optimizer = rule.optimizer
        for scene in [Scenes.torchvision, Scenes.paperBN].map({ $0.with { $0.optimizer = optimizer } }) {
            let (watched, alone) = (try scene.engine(conformer), try scene.engine(conformer))
            for step in 0..<3 {
                let detail: StepSettings.Detail = step == 1 ? .distributions : .moments
                let loss = try watched.train(
                    scene.batch(UInt32(step)), scene.settings(step, detail: detail)
                ).loss
                #expect(try train(alone, scene, step..<step + 1) == [loss])
            }
            for kind in [.parameters] + optimizer.state {
                #expect(try watched.floats(kind) == alone.floats(kind), "\(kind)")
            }
        }
    }

    /// Results come in the order of their steps, each once and as they would one by one, whenever they are asked for.
    @Test(arguments: Conformer.all + Conformer.coarse, [Scenes.paper, Scenes.inPieces[0]])
    func stepsMayBeBegunAhead(_ conformer: Conformer, _ scene: Scene) throws {
        let details: [StepSettings.Detail] = [
            .moments, .none, .moments, .moments, .moments, .moments, .distributions, .none, .moments,
        ]
        let (ahead, alone) = (try scene.engine(conformer), try scene.engine(conformer))
        var results: [BatchResult] = []
        for (step, detail) in details.enumerated() {
            try ahead.begin(scene.batch(UInt32(step)), scene.settings(step, detail: detail))
            if step == 7 { results += try ahead.results(waiting: false) }
        }
        results += try ahead.results(waiting: true)
        #expect(try ahead.results(waiting: true).isEmpty)
        try #require(results.count == details.count)
        for (step, detail) in details.enumerated() {
            let result = try alone.train(scene.batch(UInt32(step)), scene.settings(step, detail: detail))
            #expect(results[step] == result, "step \(step)")
        }
        #expect(try ahead.floats(.parameters) == alone.floats(.parameters))
    }

    @Test(
        arguments: Conformer.devices + Conformer.coarse,
        [Scenes.paper, Scenes.paperBN, Scenes.torchvision, Scenes.inPieces[0]])
    func threadsLeaveNoTrace(_ conformer: Conformer, _ scene: Scene) throws {
        let scene = scene.with { ($0.capacity, $0.count) = (21, 19) }
        let one = try scene.engine(conformer, threads: 1)
        let losses = try train(one, scene, 0..<3)
        for threads in 2...3 {
            let engine = try scene.engine(conformer, threads: threads)
            #expect(try train(engine, scene, 0..<3) == losses)
            #expect(
                try engine.floats(.parameters) == one.floats(.parameters),
                "\(threads) threads")
            for kind in scene.optimizer.state {
                #expect(try engine.floats(kind) == one.floats(kind), "\(kind), \(threads) threads")
            }
        }
    }

    /// Nor where norms are summed over all of a tensor: here, over several blocks.
    @Test(arguments: Conformer.devices + Conformer.coarse, Rule.others)
    func threadsLeaveNoTraceInNorms(_ conformer: Conformer, _ rule: Rule) throws {
        let scene = Scene("large", side: 8, [.flatten, .linear(outputs: 1000), .linear(outputs: 3)]).with {
            $0.optimizer = rule.optimizer
        }
        let one = try scene.engine(conformer, threads: 1)
        let losses = try train(one, scene, 0..<3)
        let engine = try scene.engine(conformer, threads: 3)
        #expect(try train(engine, scene, 0..<3) == losses)
        #expect(try engine.floats(.parameters) == one.floats(.parameters))
    }

    /// Neither an evaluation between two steps, nor larger batches before, nor, where sums are cut by batches, the engine's
    /// capacity.
    @Test(arguments: Conformer.all + Conformer.coarse) func otherWorkLeavesNoTrace(_ conformer: Conformer)
        throws
    {
        let scene = Scenes.paper.with { ($0.capacity, $0.count) = (conformer.cutsByCapacity ? 7 : 5, 2) }
        let plain = try scene.engine(conformer)
        let losses = try train(plain, scene, 0..<2)

        let busy = scene.with { $0.capacity = 7 }
        let engine = try busy.engine(conformer)
        _ = try engine.train(busy.with { $0.count = 7 }.batch(99), scene.settings())
        _ = try engine.evaluate(busy.with { $0.count = 6 }.batch(98))
        try engine.load(.parameters, from: scene.parameters())
        try engine.load(.firstMoment, from: ParameterSet(scene.network.parameters))
        var interrupted: [Double] = []
        for step in 0..<2 {
            interrupted += try train(engine, scene, step..<step + 1)
            _ = try engine.evaluate(busy.with { $0.count = 3 }.batch(97))
        }
        #expect(interrupted == losses)
        #expect(try engine.floats(.parameters) == plain.floats(.parameters))
    }

    @Test(arguments: Conformer.all + Conformer.coarse, StateKind.allCases.filter { $0 != .gradients })
    func whatIsLoadedIsRead(_ conformer: Conformer, _ kind: StateKind) throws {
        // The one that keeps every kind.
        let scene = Scenes.torchvision.with {
            $0.optimizer = Rule("adam", Rule.adam) { $0.averageDecay = 0.99 }.optimizer
        }
        let engine = try scene.engine(conformer)
        let set = ParameterSet(scene.network.parameters)
        for index in set.values.indices { set.values[index] = Float(index) + 0.5 }
        try engine.load(kind, from: set)
        #expect(try engine.floats(kind) == set.floats)
    }

    @Test(arguments: Conformer.all + Conformer.coarse) func anEngineNamesItsNumerics(_ conformer: Conformer)
        throws
    {
        #expect(try !Scenes.linear[0].engine(conformer).fingerprint.isEmpty)
    }

    @Test func masksDependOnSeedStepAndSlot() throws {
        // All the same but for what keys the masks: the losses differ.
        let scene = Scenes.dropouts[0]
        let losses = try [scene, scene.with { $0.step = 1 }, scene.with { $0.step = 1 << 32 }].map {
            try $0.engine(.reference).train($0.batch(), $0.settings()).loss
        }
        #expect(Set(losses).count == 3)
    }
}
