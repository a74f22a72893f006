// A recipe fills in what a job leaves open, says so, and leaves no other trace.

import Foundation
import SystemPackage
import Testing

@testable import Jobs

@Suite struct RecipeTests {
    private static func plan(_ lines: String) throws -> Plan {
        try JobSpecTests.plan("dataset: /d\n" + lines)
    }

    @Test func asThePaperHasIt() throws {
        let plan = try Self.plan("recipe: krizhevsky-2012")
        #expect((plan.model, plan.initialization, plan.normalization) == (.alexnet, .cudaConvnet, .meanImage))
        #expect((plan.learningRate, plan.momentum, plan.weightDecay) == (0.01, 0.9, 0.0005))
        #expect((plan.biasLearningRate, plan.biasWeightDecay) == (2, 0))
        #expect((plan.epochs, plan.batchSize, plan.dropout, plan.validation.views) == (91, 128, 0.5, 1))
        #expect(
            plan.schedule
                == Plan.Schedule(decay: .steps(at: [.epochs(25), .epochs(51), .epochs(79)], factor: 0.1)))
        #expect(plan.augmentation == Plan.Augmentation(randomCrop: true, flip: true, pcaColor: 0.1))
    }

    @Test func asTorchvisionHasIt() throws {
        let plan = try Self.plan("recipe: torchvision")
        #expect((plan.model, plan.initialization, plan.normalization) == (.torchvision, .torch, .imagenet))
        #expect((plan.learningRate, plan.momentum, plan.weightDecay) == (0.01, 0.9, 0.0001))
        #expect((plan.biasLearningRate, plan.biasWeightDecay) == (1, 0.0001))
        #expect((plan.epochs, plan.batchSize, plan.dropout) == (90, 256, 0.5))
        #expect(plan.schedule == Plan.Schedule(decay: .every(.epochs(30), factor: 0.1)))
        #expect(plan.augmentation == Plan.Augmentation(resizedCrop: .init(), flip: true))
    }

    @Test func asCaffeHasIt() throws {
        let plan = try Self.plan("recipe: caffe")
        #expect((plan.model, plan.initialization, plan.normalization) == (.alexnet, .caffe, .meanImage))
        #expect((plan.learningRate, plan.momentum, plan.weightDecay) == (0.01, 0.9, 0.0005))
        #expect((plan.biasLearningRate, plan.biasWeightDecay) == (2, 0))
        #expect((plan.epochs, plan.batchSize, plan.dropout) == (90, 256, 0.5))
        #expect(plan.schedule == Plan.Schedule(decay: .every(.steps(100_000), factor: 0.1)))
        #expect(plan.augmentation == Plan.Augmentation(randomCrop: true, flip: true))
    }

    @Test(arguments: Recipe.allCases) func whatIsWrittenWins(_ recipe: Recipe) throws {
        let written = "learning_rate: 0.02\nnormalize: channels\nepochs: 3\nmodel: alexnet-single\n"
        let (plain, plan) = (
            try Self.plan("recipe: \(recipe.rawValue)"), try Self.plan(written + "recipe: \(recipe.rawValue)")
        )
        #expect((plan.learningRate, plan.normalization, plan.epochs) == (0.02, .channels, 3))
        #expect(plan.model == .alexnetSingle)
        #expect((plan.schedule, plan.batchSize) == (plain.schedule, plain.batchSize))
    }

    /// A run goes on from either, and its files do not know.
    @Test(arguments: Recipe.allCases) func aRecipeIsTheJobThatSpellsItOut(_ recipe: Recipe) throws {
        let (short, long) = (try Self.plan("recipe: \(recipe.rawValue)"), try Self.plan(recipe.text))
        #expect(short == long)
        #expect(try long.continuing(short, epochsBegun: 2).isEmpty)
        #expect(try Plan(json: short.json(), name: short.name) == short)
        let keys = try #require(JSONSerialization.jsonObject(with: short.json()) as? [String: Any])
        #expect(keys["recipe"] == nil)
    }

    @Test func noneIsTheUsual() throws {
        #expect(try Self.plan("recipe: none") == Self.plan(""))
    }

    @Test func linesSayWhatARecipeHasFilledIn() throws {
        let text = "dataset: /d\nrecipe: krizhevsky-2012\nmomentum: 0.9\nbatch_size: 64\n"
        let job = try Job(bytes: Array(text.utf8), FilePath("net.yml"), relativeTo: nil)
        let lines = Dictionary(uniqueKeysWithValues: job.lines.map { ($0.key, $0.value) })
        #expect(lines["learning_rate"] == "0.01  (krizhevsky-2012)")
        #expect(lines["normalize"] == "mean_image  (krizhevsky-2012)")
        #expect((lines["momentum"], lines["batch_size"]) == ("0.9", "64"), "written")
        #expect(lines["seed"] == "1", "of no recipe")
        let plain = try Job(bytes: Array("dataset: /d".utf8), FilePath("net.yml"), relativeTo: nil)
        #expect(plain.lines.map(\.value) == plain.plan.lines.map(\.value))
    }
}
