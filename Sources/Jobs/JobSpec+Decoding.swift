// From a job file's text to a JobSpec: which key takes what, within which bounds.

internal import Networks

extension JobSpec {
    /// - Parameter file: name or path for messages; its ending tells JSON from YAML.
    package init(bytes: [UInt8], file: String) throws(JobError) {
        try self.init(try JobNode(bytes: bytes, file: file), file: file)
    }

    /// - Parameter root: what the file holds.
    init(_ root: JobNode, file: String) throws(JobError) {
        var fields = try JobFields(root, path: "", keys: Self.keys, file: file)
        let dataset = try fields.required("dataset", example: "/data/caltech256")
        self.init(dataset: try dataset.path(), file: file)
        lines = fields.lines
        recipe = try fields["recipe"]?.recipe()
        if let recipe {
            let defaults = try recipe.fields()
            filled = Set(defaults.lines.keys).subtracting(lines.keys)
            fields.fill(from: defaults)
        }
        model = try fields["model"]?.choice(Model.self)
        epochs = try fields["epochs"]?.integer(0...1_000_000)
        batchSize = try fields["batch_size"]?.integer(1...65536)
        accumulate = try fields["accumulate"]?.integer(1...65536)
        lastBatch = try fields["last_batch"]?.choice(Plan.LastBatch.self)
        optimizer = try fields["optimizer"]?.optimizer()
        learningRate = try fields["learning_rate"]?.number("a number above 0, at most 100") {
            $0 > 0 && $0 <= 100
        }
        momentum = try fields["momentum"]?.fraction()
        weightDecay = try fields["weight_decay"]?.fraction()
        biasLearningRate = try fields["bias_learning_rate"]?.number(
            "a multiple of learning_rate from 0 to 100"
        ) {
            $0 >= 0 && $0 <= 100
        }
        biasWeightDecay = try fields["bias_weight_decay"]?.fraction()
        clipping = try fields["clip_gradients"]?.clipping()
        if let rules = try fields["layers"]?.layerRules() {
            layers = rules.map(\.rule)
            for (rule, line) in rules { lines["layers.\(rule.layer)"] = line }
        }
        frozen = try fields["freeze"]?.layerNames()
        schedule = try fields["schedule"]?.schedule()
        if let stopping = fields["early_stopping"] { earlyStopping = .some(try stopping.earlyStopping()) }
        evaluateAtStart = try fields["evaluate_at_start"]?.flag()
        dropout = try fields["dropout"]?.fraction()
        poolDropout = try fields["pool_dropout"]?.fraction()
        labelSmoothing = try fields["label_smoothing"]?.fraction()
        if let average = fields["average_weights"] {
            averageWeights = .some(try average.averageDecay())
        }
        initialization = try fields["init"]?.initialization()
        augmentation = try fields["augment"]?.augmentation()
        normalization = try fields["normalize"]?.normalization()
        validationViews = try fields["validation"]?.fields(Self.validationKeys)["views"]?.views()
        shuffle = try fields["shuffle"]?.flag()
        seed = try fields["seed"]?.seed()
        device = try fields["device"]?.device()
        precision = try fields["precision"]?.choice(Precision.self)
        width = try fields["width"]?.number("a number from 0.01 to 8") { $0 >= 0.01 && $0 <= 8 }
        threads = try fields["threads"]?.threads()
        if let checkpoint = try fields["checkpoint"]?.fields(Self.checkpointKeys) {
            checkpointEvery = try checkpoint["every"]?.interval(
                times: true, examples: "5m, 200 steps or 1 epoch")
            checkpointKeep = try checkpoint["keep"]?.keep()
            checkpointBest = try checkpoint["best"]?.choice(Plan.Metric.self)
        }
        if let log = try fields["log"]?.fields(Self.logKeys) {
            logEvery = try log["every"]?.interval(times: false, examples: "10 steps or 1 epoch")
            if let histograms = log["histograms"] {
                logHistograms = .some(
                    try histograms.intervalOrNone(examples: "200 steps, 1 epoch or none"))
            }
            if let images = log["images"] {
                logImages = .some(try images.intervalOrNone(steps: false, examples: "10 epochs or none"))
            }
        }
        references = try fields["references"]?.references()
        priority = try fields["priority"]?.integer(-1000...1000)
    }
}

extension JobValue {
    fileprivate func fraction() throws(JobError) -> Double {
        try number("a number from 0 up to, but not, 1") { $0 >= 0 && $0 < 1 }
    }

    fileprivate func path() throws(JobError) -> String {
        let path = try text(write: "a path such as /data/caltech256")
        if path.hasPrefix("~") {
            throw mismatch(.wrongType, "begins with ~, which is not expanded", write: "the whole path from /")
        }
        if path.utf8.contains(0) { throw mismatch(.wrongType, "holds a zero character", write: "a path") }
        return path
    }

    fileprivate func initialization() throws(JobError) -> Plan.Initialization {
        let names = ["he", "cuda-convnet", "paper", "caffe", "torch"]
        let text = try text(write: "one of \(listed(names)), or the path of a file of weights")
        if let scheme = Plan.Initialization(name: text) { return scheme }
        let endings = [".safetensors", ".pth", ".pt", ".caffemodel"]
        if text.contains("/") || endings.contains(where: text.hasSuffix) { return .file(try path()) }
        throw mismatch(
            .wrongType,
            "is neither a scheme nor the path of weights (safetensors, .pth, .caffemodel, a run's folder)",
            write: "\(listed(names)) or a path (\(suggestion(for: text, among: names)))")
    }

    func device() throws(JobError) -> JobSpec.Device {
        let choices = "auto, cpu, cuda, cuda:0 or a GPU-uuid"
        let text = try text(write: choices)
        switch text {
        case "auto": return .auto
        case "cpu": return .cpu
        case "cuda": return .cuda(nil)
        default:
            if let index = text.wholeMatch(of: /cuda:([0-9]{1,4})/)?.1 { return .cuda(String(index)) }
            if text.wholeMatch(of: /(GPU|MIG)-[0-9A-Fa-f-]{4,64}/) != nil { return .cuda(text) }
            throw mismatch(.wrongType, "is no device", write: choices)
        }
    }

    fileprivate func threads() throws(JobError) -> JobSpec.Threads {
        word == "auto" ? .auto : .count(try integerOr("auto", 1...1024))
    }

    fileprivate func intervalOrNone(
        steps: Bool = true, examples: String
    ) throws(JobError) -> Plan.Interval? {
        word == "none" ? nil : try interval(times: false, steps: steps, examples: examples)
    }

    fileprivate func averageDecay() throws(JobError) -> Double? {
        word == "none"
            ? nil : try number("a decay above 0, below 1, such as 0.9999, or none") { $0 > 0 && $0 < 1 }
    }

    fileprivate func keep() throws(JobError) -> JobSpec.Keep {
        word == "all" ? .all : .newest(try integerOr("all", 1...1_000_000))
    }

    /// A number where a word is allowed too; the message says so.
    private func integerOr(_ word: String, _ range: ClosedRange<Int>) throws(JobError) -> Int {
        do {
            return try integer(range)
        } catch {
            throw self.error(error.code, error.problem + ", or \(word)")
        }
    }
}
