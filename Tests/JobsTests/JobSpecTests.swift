// What a job file means: defaults, the reference configuration, and that JSON and YAML say the same.

import Files
import Foundation
import Jobs
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct JobSpecTests {
    static func plan(_ text: String, file: String = "night.yml", relativeTo folder: FilePath? = nil) throws
        -> Plan
    {
        try JobSpec(bytes: Array(text.utf8), file: file).plan(name: "night", relativeTo: folder, on: nil)
    }

    static let configs = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent()
        .appending("configs")

    @Test func aDatasetIsEnough() throws {
        let plan = try Self.plan("dataset: /d")
        #expect(plan.name == "night")
        #expect(plan.dataset == "/d")
        #expect(plan.schedule == Plan.Schedule(decay: .plateau(Plan.Plateau(factor: 0.1, patience: 5))))
        #expect(plan.augmentation == Plan.Augmentation(randomCrop: true, flip: true, pcaColor: 0.1))
        #expect(plan.checkpoint == Plan.Checkpoint(every: .seconds(300), keep: 3, best: .top1Error))
        #expect(plan.log == Plan.Log(every: .steps(10), histograms: .epochs(1), images: .epochs(10)))
        #expect((plan.device, plan.precision) == (.cpu, .fp32))
        #expect(plan.threads >= 1)
    }

    /// As before there was the key: by what the initial weights expect. A plan of that time reads as equal.
    @Test(arguments: [
        ("he", Plan.Normalization.channels), ("torch", .channels), ("/w.safetensors", .channels),
        ("cuda-convnet", .mean), ("paper", .mean), ("caffe", .mean),
    ])
    func normalizationGoesByTheWeights(_ initialization: String, _ expected: Plan.Normalization) throws {
        let plan = try Self.plan("dataset: /d\ninit: \(initialization)")
        #expect(plan.normalization == expected)
        var keys = try #require(JSONSerialization.jsonObject(with: plan.json()) as? [String: Any])
        for key in ["normalize", "validation", "last_batch"] { #expect(keys.removeValue(forKey: key) != nil) }
        #expect(try Plan(json: JSONSerialization.data(withJSONObject: keys), name: plan.name) == plan)
    }

    @Test(arguments: [
        (
            "[flip, center_crop, {pca_color: {statistics: imagenet}}]",
            "[center_crop, flip, {pca_color: {deviation: 0.1, statistics: imagenet}}]"
        ),
        (
            "[random_resized_crop, rotate]",
            "[{random_resized_crop: {scale: [0.08, 1.0], ratio: [0.75, 1.3333333333333333]}}, {rotate: [0, 90, 180, 270]}]"
        ),
        (
            "[{color_jitter: {hue: 0.5}}, {random_resized_crop: {scale: [0.5, 0.5]}}, {rotate: [180]}]",
            "[{random_resized_crop: {scale: [0.5, 0.5], ratio: [0.75, 1.3333333333333333]}}, {rotate: [180]}, "
                + "{color_jitter: {brightness: 0.0, contrast: 0.0, saturation: 0.0, hue: 0.5}}]"
        ),
        ("[pca_color, flip, random_crop]", "[random_crop, flip, {pca_color: 0.1}]"),
    ])
    func augmentationsInTheirOrder(_ written: String, _ planned: String) throws {
        let plan = try Self.plan("dataset: /d\naugment: \(written)")
        #expect(plan.lines.first { $0.key == "augment" }?.value == planned)
        #expect(try Plan(json: plan.json(), name: plan.name) == plan)
        #expect(try Self.plan("dataset: /d\naugment: \(planned)") == plan)
    }

    @Test func normalizationsOfOnesOwn() throws {
        let text =
            "dataset: /d\nnormalize: {mean: [1, 2.5, 255], deviation: [1, 2, 3]}\nvalidation: {views: 10}"
        let plan = try Self.plan(text)
        #expect(plan.normalization == .given(mean: [1, 2.5, 255], deviation: [1, 2, 3]))
        #expect(plan.validation.views == 10)
        #expect(try Plan(json: plan.json(), name: plan.name) == plan)
        let imagenet = try Self.plan("dataset: /d\nnormalize: imagenet")
        #expect(imagenet.normalization == .imagenet)
        #expect(try Plan(json: imagenet.json(), name: plan.name) == imagenet)
    }

    @Test func poolsMayDropUnits() throws {
        #expect(try Self.plan("dataset: /d").poolDropout == 0)
        let plan = try Self.plan("dataset: /d\nmodel: alexnet-bn\npool_dropout: 0.25")
        #expect((plan.model, plan.poolDropout, plan.dropout) == (.alexnetBN, 0.25, 0.5))
        #expect(plan.lines.contains { $0 == ("pool_dropout", "0.25") })
        let layers = plan.network(classes: 5).layers
        for pool in [1, 2, 5] {
            let index = try #require(layers.firstIndex { $0.name == "pool\(pool)" })
            #expect(layers[index + 1].operation == .dropout(rate: 0.25))
        }
    }

    @Test func theReferenceNamesEveryKeyWithItsDefault() throws {
        let path = Self.configs.appending("reference.yml")
        let spec = try JobSpec(bytes: JobFile.read(path), file: path.string)
        #expect(Set(spec.lines.keys) == Set(JobSpec.keys))
        #expect(
            [spec.checkpointEvery, spec.logEvery, spec.logHistograms, spec.logImages].allSatisfy { $0 != nil }
        )
        #expect(spec.checkpointKeep != nil)
        #expect(
            try spec.plan(name: "night", relativeTo: nil, on: nil) == Self.plan("dataset: /data/caltech256"))
    }

    /// But for the daemon's own settings, and the hooks beside them.
    @Test func everyConfigurationIsAPlan() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.configs.string).filter {
            $0 != "alexnetd.yml" && $0 != "hooks"
        }
        #expect(names.count >= 3)
        for name in names {
            let job = try JobName(fileName: name)
            let path = Self.configs.appending(name)
            _ = try JobSpec(bytes: JobFile.read(path), file: path.string).plan(
                name: job.stem, relativeTo: nil, on: nil)
        }
    }

    @Test(arguments: [
        ("alexnet", "sgd", 2.0, 0.0, 0.01), ("alexnet-single", "nesterov", 2, 0, 0.01),
        ("alexnet", "adam", 1, 0.3, 0.0001), ("torchvision", "sgd", 1, 0.3, 0.01),
        ("alexnet", "adamw", 1, 0.3, 0.0001), ("alexnet", "lars", 0.01, 0, 1),
        ("torchvision", "lars", 0.01, 0.3, 1), ("alexnet-bn", "sgd", 2, 0, 0.01),
    ])
    func biasesFollowTheRecipe(
        _ model: String, _ optimizer: String, _ rate: Double, _ decay: Double, _ learning: Double
    ) throws {
        let plan = try Self.plan("dataset: /d\nmodel: \(model)\noptimizer: \(optimizer)\nweight_decay: 0.3")
        #expect((plan.biasLearningRate, plan.biasWeightDecay, plan.learningRate) == (rate, decay, learning))
        let told = try Self.plan(
            "dataset: /d\nmodel: \(model)\nbias_learning_rate: 3\nbias_weight_decay: 0.2")
        #expect((told.biasLearningRate, told.biasWeightDecay) == (3, 0.2))
    }

    @Test(arguments: [
        ("constant", Plan.Schedule(decay: .constant)),
        ("plateau", .init(decay: .plateau(Plan.Plateau()))),
        ("cosine", .init(decay: .cosine(final: 0))),
        ("{cosine: {final: 0.1}}", .init(decay: .cosine(final: 0.1))),
        (
            "{step: {at: [25, 51, 79]}}",
            .init(decay: .steps(at: [.epochs(25), .epochs(51), .epochs(79)], factor: 0.1))
        ),
        ("{step: {every: 30 epochs, factor: 0.5}}", .init(decay: .every(.epochs(30), factor: 0.5))),
        (
            "{step: {at: [100 steps, 2000 steps]}}",
            .init(decay: .steps(at: [.steps(100), .steps(2000)], factor: 0.1))
        ),
        ("{step: {every: 500 steps}}", .init(decay: .every(.steps(500), factor: 0.1))),
        ("{plateau: {patience: 3}}", .init(decay: .plateau(Plan.Plateau(patience: 3)))),
        ("{cosine: {}, warmup: 5 epochs}", .init(decay: .cosine(final: 0), warmup: .epochs(5))),
        ("{constant: {}, warmup: 200 steps}", .init(decay: .constant, warmup: .steps(200))),
    ])
    func schedules(_ text: String, _ schedule: Plan.Schedule) throws {
        let plan = try Self.plan("dataset: /d\nschedule: \(text)")
        #expect(plan.schedule == schedule)
        let shown = plan.lines.map { "\($0.key): \($0.value)\n" }.joined()
        #expect(try Self.plan(shown) == plan, "a plan as it is shown is a job")
    }

    @Test(arguments: [
        ("optimizer: adam", "adam", 0.0005), ("optimizer: adamw", "adamw", 0.01),
        ("optimizer: {adamw: {}}", "adamw", 0.01), ("optimizer: {sgd: {}}", "sgd", 0.0005),
        ("optimizer: {adamw: {beta2: 0.98}}", "{adamw: {beta2: 0.98, epsilon: 1e-08}}", 0.01),
        ("optimizer: {adam: {epsilon: 1e-8, beta2: 0.999}}", "adam", 0.0005),
        ("optimizer: lars", "lars", 0.0005),
        ("optimizer: {lars: {trust_coefficient: 0.02}}", "{lars: {trust_coefficient: 0.02}}", 0.0005),
    ])
    func optimizers(_ written: String, _ planned: String, _ decay: Double) throws {
        let plan = try Self.plan("dataset: /d\n\(written)")
        #expect(plan.lines.first { $0.key == "optimizer" }?.value == planned)
        #expect(plan.weightDecay == decay)
        let shown = plan.lines.map { "\($0.key): \($0.value)\n" }.joined()
        #expect(try Self.plan(shown) == plan, "a plan as it is shown is a job")
        #expect(try Plan(json: plan.json(), name: plan.name) == plan)
    }

    @Test func layersThatLearnOtherwise() throws {
        let plan = try Self.plan(
            "dataset: /d\nclip_gradients: {norm: 2}\nfreeze: [conv2, conv1]\n"
                + "layers: {fc8: {learning_rate: 10, weight_decay: 0}, fc7: {}, conv3: {learning_rate: 0.1}}")
        #expect(plan.clipping == .norm(2))
        #expect(plan.frozen == ["conv1", "conv2"])
        #expect(
            plan.layers.map(\.layer) == ["conv3", "fc8"],
            "in the order of the network; of fc7 nothing is said")
        #expect(plan.layers.map(\.learningRate) == [0.1, 10])
        #expect(plan.layers.map(\.weightDecay) == [1, 0])
        let shown = plan.lines.map { "\($0.key): \($0.value)\n" }.joined()
        #expect(try Self.plan(shown) == plan, "a plan as it is shown is a job")
        #expect(try Plan(json: plan.json(), name: plan.name) == plan)
        #expect(try Self.plan("dataset: /d\nclip_gradients: {value: 0.5}").clipping == .value(0.5))
    }

    @Test(arguments: [
        ("5m", Plan.Interval.seconds(300)), ("90s", .seconds(90)), ("2h", .seconds(7200)),
        ("1.5 h", .seconds(5400)),
        ("200 steps", .steps(200)), ("1 epoch", .epochs(1)), ("2 epochs", .epochs(2)),
        ("\"5 minutes\"", .seconds(300)),
    ])
    func spans(_ text: String, _ interval: Plan.Interval) throws {
        #expect(try Self.plan("dataset: /d\ncheckpoint: {every: \(text)}").checkpoint.every == interval)
    }

    @Test func imagesAreDueAtEpochs() throws {
        let log = try Self.plan("dataset: /d\nlog: {images: 3 epochs}").log
        #expect(log == Plan.Log(every: .steps(10), histograms: .epochs(1), images: .epochs(3)))
    }

    @Test func referencesAreEqualInAnyOrder() throws {
        let plan = try Self.plan("dataset: /d\nreferences: {loss: {chance: 5.5}, error/top1: {b: 0.4, a: 1}}")
        #expect(
            plan.references == [
                Plan.Reference("error/top1", "a", 1), Plan.Reference("error/top1", "b", 0.4),
                Plan.Reference("loss", "chance", 5.5),
            ])
        #expect(
            try Self.plan(
                "dataset: /d\nreferences:\n  error/top1:\n    a: 1\n    b: 4e-1\n  loss: {chance: 5.5}")
                == plan)
        let shown = plan.lines.map { "\($0.key): \($0.value)\n" }.joined()
        #expect(try Self.plan(shown) == plan, "a plan as it is shown is a job")
        for none in ["", "\nreferences: {}", "\nreferences: {loss: {}}"] {
            #expect(try Self.plan("dataset: /d" + none).references == [])
        }
    }

    @Test func words() throws {
        let plan = try Self.plan(
            "dataset: /d\naugment: none\ncheckpoint: {keep: all}\nthreads: 3\ninit: /w.safetensors\ndevice: cpu"
        )
        #expect(plan.augmentation == .none)
        #expect(plan.checkpoint.keep == nil)
        #expect(plan.threads == 3)
        #expect(plan.initialization == .file("/w.safetensors"))
        #expect(try Self.plan("dataset: /d\naugment: [pca_color]").augmentation.pcaColor == 0.1)
        #expect(try Self.plan("dataset: /d\nseed: 18446744073709551615").seed == .max)
    }

    @Test func relativePathsBeginAtTheGivenFolder() throws {
        let plan = try Self.plan("dataset: ../data/c\ninit: w.safetensors", relativeTo: "/home/me/jobs")
        #expect(plan.dataset == "/home/me/data/c")
        #expect(plan.initialization == .file("/home/me/jobs/w.safetensors"))
    }

    @Test func jsonIsTakenAsTheStandardHasIt() throws {
        let json =
            "\t{\r\n\t\"dataset\" : \"\\/d\\u00e9\\ud83d\\ude00 \\\"x\\\"\",\n\t\"epochs\":3,"
            + "\"augment\":[\"flip\",{\"pca_color\":1e-1}],\"shuffle\":false,\n\t\t\"checkpoint\":{\"every\":\"5m\"}}\n\t"
        let plan = try Self.plan(json, file: "night.json")
        #expect(plan.dataset == "/d\u{e9}\u{1f600} \"x\"")
        #expect((plan.epochs, plan.shuffle, plan.augmentation.pcaColor) == (3, false, 0.1))
        let yaml = "dataset: '/dé😀 \"x\"'\nepochs: 3\naugment: [flip, {pca_color: 0.1}]\nshuffle: false\n"
        #expect(try Self.plan(yaml) == plan)
    }

    @Test func linesEndAsTheyLike() throws {
        #expect(try Self.plan("\u{feff}dataset: /d\r\nepochs: 7\r\n").epochs == 7)
        #expect(try Self.plan("dataset: /d # *important* & good\nepochs: 7").epochs == 7)
    }

    @Test func aPlanSurvivesItsFile() throws {
        let folder = try TemporaryFolder()
        let run = RunFolder(folder.path.appending("night"))
        try FileManager.default.createDirectory(
            atPath: run.path.string, withIntermediateDirectories: false)
        #expect(Plan.load(run) == nil)
        for text in [
            "dataset: /d",
            "dataset: /d\nschedule: {cosine: {final: 0.1}, warmup: 2 epochs}\nseed: 18446744073709551615",
            "dataset: /d\nschedule: {step: {at: [1, 2]}}\ninit: /w.safetensors\naugment: none",
            "dataset: /d\nreferences: {error/top1: {paper: 0.407}}\nlog: {images: 2 epochs}",
            "dataset: /d\noptimizer: {lars: {trust_coefficient: 0.01}}\nclip_gradients: {value: 1e-3}",
            "dataset: /d\nfreeze: [conv1]\nlayers: {fc8: {learning_rate: 10}}\ninit: /w.pth",
            "dataset: /d\nmodel: alexnet-bn\npool_dropout: 0.25",
            "dataset: /d\nlabel_smoothing: 0.1\nbatch_size: 1024\naccumulate: 8\naverage_weights: 0.99999",
        ] {
            let plan = try Self.plan(text)
            try plan.write(to: run.plan)
            #expect(Plan.load(run) == plan)
            #expect(try Plan.load(run)?.json() == plan.json())
        }
        var elsewhere = try Self.plan("dataset: /d")
        (elsewhere.device, elsewhere.precision) = (.cuda("GPU-0a1b2c3d"), .bf16)
        try elsewhere.write(to: run.plan)
        #expect(Plan.load(run) == elsewhere, "another build's plan is known too")
        try run.plan.replaceContents(with: Array("{".utf8), durable: false)
        #expect(Plan.load(run) == nil)
    }

    /// A run may be older than a key: it has the key's default then.
    @Test func aPlanWithoutTheNewestKeysIsRead() throws {
        let plan = try Self.plan("dataset: /d\nlog: {every: 7 steps}")
        let json = try plan.json()
        var keys = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
        var log = try #require(keys["log"] as? [String: Any])
        for key in [
            "references", "clip_gradients", "layers", "freeze", "pool_dropout", "label_smoothing",
            "accumulate",
            "average_weights",
        ] {
            #expect(keys.removeValue(forKey: key) != nil)
        }
        #expect(log.removeValue(forKey: "images") != nil)
        keys["log"] = log
        #expect(try Plan(json: JSONSerialization.data(withJSONObject: keys), name: plan.name) == plan)
    }
}
