// A job as written: what the file says and nothing else. What it leaves open is nil; Plan fills it in.

package import Networks

package struct JobSpec: Sendable {
    package enum Device: Hashable, Sendable {
        case auto, cpu
        /// "cuda" is nil; else the index after "cuda:", or a "GPU-uuid" or its beginning.
        case cuda(String?)
    }

    package enum Precision: String, Sendable, CaseIterable { case auto, fp32, tf32, bf16 }

    package enum Threads: Hashable, Sendable {
        case auto
        case count(Int)
    }

    package enum Keep: Hashable, Sendable {
        case all
        case newest(Int)
    }

    /// The file's name or path, for messages.
    package var file: String
    /// Where each key stands, for problems found only when planning.
    package var lines: [String: Int] = [:]

    package var recipe: Recipe?
    /// Of the keys, those that the recipe has filled; what it has for the others counts for nothing.
    package var filled: Set<String> = []

    package var model: Model?
    package var dataset: String
    package var epochs: Int?
    package var batchSize: Int?
    package var accumulate: Int?
    package var lastBatch: Plan.LastBatch?
    package var optimizer: Plan.Optimizer?
    package var learningRate: Double?
    package var momentum: Double?
    package var weightDecay: Double?
    package var biasLearningRate: Double?
    package var biasWeightDecay: Double?
    package var clipping: Plan.Clipping?
    package var layers: [Plan.LayerRule]?
    package var frozen: [String]?
    package var schedule: Plan.Schedule?
    /// The inner nil is "none".
    package var earlyStopping: Plan.EarlyStopping??
    package var evaluateAtStart: Bool?
    package var dropout: Double?
    package var poolDropout: Double?
    package var labelSmoothing: Double?
    /// The inner nil is "none".
    package var averageWeights: Double??
    /// The path of `.file` is as written.
    package var initialization: Plan.Initialization?
    package var augmentation: Plan.Augmentation?
    package var normalization: Plan.Normalization?
    package var validationViews: Int?
    package var shuffle: Bool?
    package var seed: UInt64?
    package var device: Device?
    package var precision: Precision?
    package var width: Double?
    package var threads: Threads?
    package var checkpointEvery: Plan.Interval?
    package var checkpointKeep: Keep?
    package var checkpointBest: Plan.Metric?
    package var logEvery: Plan.Interval?
    /// The inner nil is "none".
    package var logHistograms: Plan.Interval??
    package var logImages: Plan.Interval??
    package var references: [Plan.Reference]?
    package var priority: Int?

    /// Every key of a job file, in the order in which the reference has them.
    package static let keys = [
        "model", "dataset", "recipe", "epochs", "batch_size", "accumulate", "last_batch", "optimizer",
        "learning_rate", "momentum", "weight_decay", "bias_learning_rate", "bias_weight_decay",
        "clip_gradients", "layers", "freeze", "schedule", "early_stopping", "evaluate_at_start", "dropout",
        "pool_dropout", "label_smoothing", "average_weights", "init", "augment", "normalize", "validation",
        "shuffle", "seed", "device",
        "precision", "width", "threads", "checkpoint", "log", "references", "priority",
    ]
    package static let checkpointKeys = ["every", "keep", "best"]
    package static let validationKeys = ["views"]
    package static let logKeys = ["every", "histograms", "images"]

    /// A job in which only the data set is given.
    package init(dataset: String, file: String) { (self.dataset, self.file) = (dataset, file) }
}
