import Foundation
import Jobs
import Testing

@Suite struct PlanChangeTests {
    static let base = "dataset: /d\ndevice: cpu\nthreads: 2\n"

    static func plan(_ lines: String = "") throws -> Plan { try JobSpecTests.plan(base + lines) }

    @Test func nothingChanged() throws {
        #expect(try Self.plan().continuing(Self.plan(), epochsBegun: 3).isEmpty)
    }

    @Test(arguments: [
        "epochs: 91", "epochs: 3", "priority: 5", "checkpoint: {every: 1 epoch, keep: all}",
        "log: {every: 1 step}", "log: {images: 1 epoch}", "references: {loss: {chance: 5.5}}",
    ])
    func free(_ line: String) throws {
        let changes = try Self.plan(line).continuing(Self.plan(), epochsBegun: 3)
        #expect(changes.map(\.effect) == [.free])
    }

    @Test func anEmptyMappingIsWrittenAsOne() throws {
        let changes = try Self.plan("references: {loss: {chance: 5.5}}").changes(
            from: Self.plan(), epochsBegun: 0)
        #expect(changes.map(\.text) == ["references: {} before, {loss: {chance: 5.5}} now"])
    }

    @Test func epochsUnderACosineAreInexact() throws {
        let changes = try Self.plan("schedule: cosine\nepochs: 100")
            .continuing(Self.plan("schedule: cosine"), epochsBegun: 3)
        #expect(changes.map(\.effect) == [.inexact])
        #expect(changes.first?.text == "epochs: 90 before, 100 now")
    }

    @Test func deviceAndPrecisionAreInexact() throws {
        var plan = try Self.plan()
        (plan.device, plan.precision) = (.cuda("1"), .tf32)
        let changes = try plan.continuing(Self.plan(), epochsBegun: 0)
        #expect(
            changes.map(\.text) == ["device: cpu before, cuda:1 now", "precision: fp32 before, tf32 now"])
        #expect(changes.allSatisfy { $0.effect == .inexact })
    }

    @Test(arguments: [
        "batch_size: 64", "seed: 2", "model: torchvision", "optimizer: nesterov", "schedule: constant",
        "init: torch",
        "augment: none", "width: 0.5", "momentum: 0.8", "shuffle: false", "dropout: 0.4", "weight_decay: 0.1",
        "normalize: mean", "validation: {views: 10}", "learning_rate: 0.1", "bias_learning_rate: 1",
        "bias_weight_decay: 0.1", "clip_gradients: {norm: 1}", "layers: {fc8: {learning_rate: 10}}",
        "freeze: [conv1]", "optimizer: {lars: {trust_coefficient: 0.1}}", "pool_dropout: 0.25",
        "label_smoothing: 0.1", "accumulate: 2", "average_weights: 0.99", "last_batch: drop",
        "normalize: mean_image",
    ])
    func refused(_ line: String) throws {
        let key = String(line.prefix { $0 != ":" })
        let error = #expect(throws: JobError.self) {
            try Self.plan(line).continuing(Self.plan(), epochsBegun: 0)
        }
        #expect(error?.code == .changed)
        let message = error?.message ?? ""
        #expect(
            message.contains("\(key): ") && message.contains(" before, ") && message.contains("another name"))
    }

    @Test func refusalShowsBothValues() throws {
        let error = #expect(throws: JobError.self) {
            try Self.plan("seed: 2\nbatch_size: 64").continuing(Self.plan(), epochsBegun: 0)
        }
        #expect(error?.message.contains("batch_size: 128 before, 64 now; seed: 1 before, 2 now") == true)
    }

    @Test func epochsCannotGoBelowWhatIsDone() throws {
        let error = #expect(throws: JobError.self) {
            try Self.plan("epochs: 3").continuing(Self.plan(), epochsBegun: 4)
        }
        #expect(error?.message.contains("below the 4 already begun") == true)
    }

    /// A field that is added to Plan needs its rule.
    @Test func everyFieldHasARule() throws {
        let plan = try Self.plan()
        let fields = Mirror(reflecting: plan).children.filter { $0.label != "name" }
        var other = plan
        other.model = .torchvision
        other.dataset = "/e"
        other.epochs = 1
        other.batchSize = 1
        other.accumulate = 2
        other.lastBatch = .drop
        other.optimizer = .adam(.init())
        other.learningRate = 1
        other.momentum = 0
        other.weightDecay = 0
        other.biasLearningRate = 0
        other.biasWeightDecay = 1
        other.clipping = .norm(1)
        other.layers = [Plan.LayerRule("fc8")]
        other.frozen = ["conv1"]
        other.schedule.warmup = .steps(1)
        other.earlyStopping = Plan.EarlyStopping()
        other.evaluatesAtStart = true
        other.dropout = 0
        other.poolDropout = 0.5
        other.labelSmoothing = 0.1
        other.averageWeights = 0.99
        other.initialization = .paper
        other.augmentation = .none
        other.normalization = .mean
        other.validation.views = 10
        other.shuffle = false
        other.seed = 9
        other.device = .cuda("0")
        other.precision = .bf16
        other.width = 2
        other.threads = 77
        other.checkpoint.keep = nil
        other.log.every = .epochs(1)
        other.references = [Plan.Reference("loss", "chance", 5.5)]
        other.priority = 9
        #expect(other.changes(from: plan, epochsBegun: 0).count == fields.count)
    }
}
