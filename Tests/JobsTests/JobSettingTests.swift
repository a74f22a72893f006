// Keys from the command line: what they change, what is recorded of it, and that each error names its option.

import Foundation
import Jobs
import SystemPackage
import Testing

@Suite struct JobSettingTests {
    static func job(_ text: String, _ settings: [String], file: FilePath = "night.yml") throws(JobError)
        -> Job
    {
        var parsed: [JobSetting] = []
        for setting in settings { parsed.append(try JobSetting(setting)) }
        return try Job(
            bytes: Array(text.utf8), file, relativeTo: "/here", settings: parsed,
            Job.Place({ .cpu(because: "there is no GPU") }))
    }

    static func failure(_ text: String, _ settings: [String], file: FilePath = "night.yml") -> JobError? {
        do {
            _ = try job(text, settings, file: file)
            return nil
        } catch {
            return error
        }
    }

    static func text(_ job: Job) -> String { String(decoding: job.bytes, as: UTF8.self) }

    /// The job's text, the settings, and the text of a job that says the same.
    static let cases: [(String, [String], String)] = [
        ("dataset: /d", ["learning_rate=0.02", "epochs=5"], "dataset: /d\nlearning_rate: 0.02\nepochs: 5"),
        ("dataset: /d\nepochs: 90 # many", ["epochs=5"], "dataset: /d\nepochs: 5"),
        ("dataset: /d", ["epochs=5", "epochs=6"], "dataset: /d\nepochs: 6"),
        ("dataset: /d", ["dataset=/e=f"], "dataset: /e=f"),
        ("dataset: /d", ["dataset=e"], "dataset: /here/e"),
        (
            "dataset: /d\ncheckpoint: {every: 5m, keep: 7}", ["checkpoint.every=1 epoch", "log.images=none"],
            "dataset: /d\ncheckpoint: {every: 1 epoch, keep: 7}\nlog: {images: none}"
        ),
        (
            "dataset: /d\ncheckpoint: {keep: 7}", ["checkpoint={every: 1h}"],
            "dataset: /d\ncheckpoint: {every: 1h}"
        ),
        (
            "dataset: /d\nschedule: {cosine: {final: 0.5}}",
            ["schedule.cosine.final=0.1", "schedule.warmup=2 epochs"],
            "dataset: /d\nschedule: {cosine: {final: 0.1}, warmup: 2 epochs}"
        ),
        (
            "dataset: /d", ["augment=[flip, {pca_color: {statistics: imagenet}}]"],
            "dataset: /d\naugment: [flip, {pca_color: {statistics: imagenet}}]"
        ),
        (
            "dataset: /d", ["references.error/top1.paper=0.407", "references.loss.chance=5.5"],
            "dataset: /d\nreferences: {loss: {chance: 5.5}, error/top1: {paper: 0.407}}"
        ),
        (
            "dataset: '/d: é # \"[x], y'\nseed: 18446744073709551615", ["epochs=1"],
            "dataset: \"/d: é # \\\"[x], y\"\nseed: 18446744073709551615\nepochs: 1"
        ),
        ("dataset: /a, b{c}", ["threads=auto"], "dataset: '/a, b{c}'"),
        (
            "dataset: /d\ncheckpoint:\nlog:", ["checkpoint.keep=all", "log.every=3 steps"],
            "dataset: /d\ncheckpoint: {keep: all}\nlog: {every: 3 steps}"
        ),
    ]

    @Test(arguments: cases)
    func aSettingGoesBeforeTheFile(_ text: String, _ settings: [String], _ same: String) throws {
        let job = try Self.job(text, settings)
        #expect(try job.plan == Self.job(same, []).plan)
        #expect(
            try Self.job(Self.text(job), []).plan == job.plan,
            "what is recorded is the job: \(Self.text(job))")
    }

    @Test func jsonToo() throws {
        let json = #"{"dataset": "/d", "checkpoint": {"keep": 7}, "shuffle": false, "augment": ["flip"]}"#
        let job = try Self.job(json, ["checkpoint.every=1h"], file: "night.json")
        #expect(
            Self.text(job) == """
                dataset: "/d"
                checkpoint: {keep: 7, every: 1h}
                shuffle: false
                augment: ["flip"]

                """)
        #expect(try Self.job(Self.text(job), []).plan == job.plan)
    }

    /// Control characters, separators of lines, marks of YAML: a path may hold nearly anything.
    @Test(arguments: [
        "- a", "a: b", "#x", "x #y", "null", "true", "1e3", "---", "a\nb", "a\tb", " a ", "\u{1}",
        "\u{7f}\u{85}",
        "\u{2028}\u{feff}x", "😀 é", "'\"\\", "%TAG", "&a", "[{", "!x", "|", ">", "@`",
    ])
    func textIsRecordedAsItIs(_ text: String) throws {
        let job = try Job(dataset: FilePath("/" + text), relativeTo: "/", name: "night", settings: [])
        #expect(job.plan.dataset == "/" + text)
        #expect(try Self.job(Self.text(job), []).plan == job.plan, "\(Self.text(job))")
        let json = String(
            decoding: try JSONEncoder().encode(["dataset": "/d", "init": "/" + text]), as: UTF8.self)
        let other = try Self.job(json, ["epochs=1"], file: "night.json")
        #expect(try Self.job(Self.text(other), []).plan == other.plan, "\(Self.text(other))")
    }

    @Test func aJobWithoutSettingsIsRecordedAsItIs() throws {
        let text = "# mine\ndataset:   /d\n"
        #expect(try Self.text(Self.job(text, [])) == text)
    }

    @Test func aFolderIsAJob() throws {
        let job = try Job(
            dataset: "/data/Caltech 256 (new)", relativeTo: "/here", name: nil,
            settings: [JobSetting("epochs=5"), JobSetting("init=w.safetensors")])
        #expect(job.plan.name == "Caltech-256-new")
        #expect((job.plan.dataset, job.plan.epochs) == ("/data/Caltech 256 (new)", 5))
        #expect(job.plan.initialization == .file("/here/w.safetensors"))
        #expect(
            Self.text(job) == "dataset: \"/data/Caltech 256 (new)\"\nepochs: 5\ninit: w.safetensors\n")
        let named = try Job(dataset: "/data/x", relativeTo: "/", name: "night", settings: [])
        #expect(named.plan.name == "night")
        #expect(Self.text(named) == "dataset: \"/data/x\"\n")
    }

    @Test(arguments: [
        ("caltech256", "caltech256"), ("Caltech 256 (new)", "Caltech-256-new"), ("_.a_b.c-", "a_b.c-"),
        ("é", nil), ("-", nil), ("", nil), ("…x", "x"),
        (String(repeating: "a", count: 300), String(repeating: "a", count: 128)),
    ])
    func aFoldersNameIsMadeARuns(_ text: String, _ stem: String?) {
        #expect(JobName.stem(like: text) == stem)
        #expect(stem.map { JobName.isValid(stem: $0) } != false)
    }

    @Test func aFolderTellsItsErrorsWithoutAFile() throws {
        let job = try Job(dataset: "/d", relativeTo: "/", name: nil, settings: [JobSetting("seed=2")])
        #expect(
            job.error(.data, key: "dataset", "/d has no folder train").message == "/d has no folder train")
        #expect(job.error(.changed, key: "seed", "was 1").message == "--set seed=2: was 1")
        for (path, name, settings) in [
            ("/", nil, []), ("/é", nil, []), ("/d", "a b", []), ("/d", "", []), ("/d", nil, ["dataset=/e"]),
        ] as [(FilePath, String?, [String])] {
            #expect(throws: JobError.self) {
                try Job(
                    dataset: path, relativeTo: "/", name: name, settings: settings.map { try JobSetting($0) })
            }
        }
    }

    @Test(arguments: [
        ("learning_rate=fast", "--set learning_rate=fast: \"fast\" is not a number; write"),
        ("learning_rate=", "--set learning_rate=: nothing is not a number"),
        ("epochs=-1", "--set epochs=-1: \"-1\" is out of range"),
        ("epoch=3", "--set epoch=3: is not a key; did you mean epochs?"),
        ("checkpoint.evry=5m", "--set checkpoint.evry=5m: is not a key; did you mean every?"),
        ("checkpoint={evry: 5m}", "--set checkpoint={evry: 5m}: checkpoint.evry: is not a key"),
        ("log.every=5m", "--set log.every=5m: \"5m\" is a time"),
        ("schedule.warmup=5 epochs", "--set schedule.warmup=5 epochs: schedule: names no decay"),
        ("device=cuda", "--set device=cuda: \"cuda\" cannot be used"),
        ("augment=[flip", "--set augment=[flip: is not YAML"),
        ("augment=[flip, flip]", "--set augment=[flip, flip]: flip is given more than once"),
        ("epochs=&x [1]", "--set epochs=&x [1]: anchors"),
        ("epochs=a: b\n: c", "--set epochs=a: b : c: "),
        (
            "early_stopping={patience: 1, patience: 2}",
            "--set early_stopping={patience: 1, patience: 2}: patience: "
        ),
        ("epochs", "--set epochs: is not KEY=VALUE; write for example --set learning_rate=0.02"),
        ("=3", "--set =3: is not KEY=VALUE"), ("", "--set : is not KEY=VALUE"),
        (".a=3", "--set .a=3: is not KEY=VALUE"), ("a..b=3", "--set a..b=3: is not KEY=VALUE"),
        (Array(repeating: "a", count: 99).joined(separator: ".") + "=3", "nested more than 16 deep"),
        (
            "seed.first=3",
            "--set seed.first=3: seed is \"7\" in the job, which holds no first; give the whole of it"
        ),
    ])
    func anErrorNamesItsOption(_ setting: String, _ answer: String) throws {
        let error = try #require(Self.failure("dataset: /d\nseed: 7", [setting]))
        #expect(error.message.contains(answer), "\(error.message)")
        #expect(!error.message.contains("night.yml"), "\(error.message)")
        #expect(!error.message.contains("\n"), "one line")
    }

    @Test func whatTheFileHasWrongIsStillTheFiles() throws {
        let cases = [
            ("dataset: /d\nepochs: many", "night.yml:2: epochs: "),
            ("epochs: 3", "night.yml:1: dataset: is missing"),
            ("dataset: /d\ncheckpoint: {evry: 5m}", "night.yml:2: checkpoint.evry: "),
            ("[1]", "night.yml:1: a list"),
        ]
        for (text, place) in cases {
            let error = try #require(Self.failure(text, ["seed=1", "checkpoint.keep=3"]))
            #expect(error.message.hasPrefix(place), "\(error.message)")
        }
        let json = #"{"dataset": "/d", "seed": 1, "seed": 2, "log": {"every": "9 steps"}, "log": {}}"#
        let twice = try #require(
            Self.failure(json, ["seed=3", "log.every=3 steps"], file: "night.json"))
        #expect(twice.message.hasPrefix("night.json:1: log: is given more than once"), "\(twice.message)")
        #expect(try Self.job(json, ["seed=3", "log={}"], file: "night.json").plan.seed == 3)
    }
}
