// A plan is a job with nothing left open: every default resolved, paths absolute. `alexnetd validate` prints it; each run
// folder and each checkpoint holds it as JSON, in the form of a job file.

package import Networks

package struct Plan: Hashable, Sendable {
    /// What becomes of an epoch's last batch where it is a short one: it is trained on, or left out (torch's drop_last).
    package enum LastBatch: String, Sendable, CaseIterable { case keep, drop }

    package enum Device: Hashable, Sendable {
        case cpu
        /// Nil for any GPU; else the index after "cuda:", or a uuid or its beginning.
        case cuda(String?)
    }

    package enum Precision: String, Sendable, CaseIterable { case fp32, tf32, bf16 }

    package enum Initialization: Hashable, Sendable {
        case he, cudaConvnet, paper, caffe, torch
        /// Absolute path of a file of weights, or of a run's folder or a checkpoint's.
        case file(String)
    }

    /// What is taken from each channel of a pixel, and what the rest is divided by.
    package enum Normalization: Hashable, Sendable {
        /// The training set's mean; divided by nothing.
        case mean
        /// The training set's mean and deviation of each channel.
        case channels
        /// The training set's mean of every single pixel of the square; divided by nothing.
        case meanImage
        /// On the 0–255 scale.
        case given(mean: SIMD3<Double>, deviation: SIMD3<Double>)
    }

    /// A span of training, as written. `seconds` is allowed for checkpoints only.
    package enum Interval: Hashable, Sendable {
        case steps(Int)
        case epochs(Int)
        case seconds(Double)
    }

    package struct Checkpoint: Hashable, Sendable {
        package var every: Interval
        /// How many of the newest to keep; nil keeps all.
        package var keep: Int?
        /// By which the best is chosen; the loss decides among equals.
        package var best: Metric

        package init(every: Interval, keep: Int?, best: Metric) {
            (self.every, self.keep, self.best) = (every, keep, best)
        }
    }

    /// What an evaluation measures; lower is better.
    package enum Metric: String, Codable, Sendable, CaseIterable {
        case loss
        case top1Error = "error/top1"
        case top5Error = "error/top5"
    }

    package struct Log: Hashable, Sendable {
        package var every: Interval
        /// Nil for none.
        package var histograms: Interval?
        /// Of the pictures that cost the most room; `.epochs`, or nil for none.
        package var images: Interval?

        package init(every: Interval, histograms: Interval?, images: Interval?) {
            (self.every, self.histograms, self.images) = (every, histograms, images)
        }
    }

    package struct Validation: Hashable, Sendable {
        /// How many crops of each image are looked at: 1, the middle, or 10.
        package var views: Int

        package init(views: Int) { self.views = views }
    }

    /// A horizontal line beside a curve, such as a published result: the curve `tag`/`name`.
    package struct Reference: Hashable, Sendable {
        package var tag: String
        package var name: String
        package var value: Double

        package init(_ tag: String, _ name: String, _ value: Double) {
            (self.tag, self.name, self.value) = (tag, name, value)
        }
    }

    package var name: String
    package var model: Model
    /// Absolute path.
    package var dataset: String
    package var epochs: Int
    package var batchSize: Int
    /// Pieces that a batch is worked through in.
    package var accumulate: Int
    package var lastBatch: LastBatch
    package var optimizer: Optimizer
    package var learningRate: Double
    package var momentum: Double
    package var weightDecay: Double
    /// Multiple of the learning rate for biases, and their weight decay (the paper's code: 2 and 0).
    package var biasLearningRate: Double
    package var biasWeightDecay: Double
    package var clipping: Clipping
    /// In the order of the network; of other layers, nothing is special.
    package var layers: [LayerRule]
    /// Layers that do not learn, in the order of the network.
    package var frozen: [String]
    package var schedule: Schedule
    package var earlyStopping: EarlyStopping?
    /// Before the first step.
    package var evaluatesAtStart: Bool
    package var dropout: Double
    /// After each pool.
    package var poolDropout: Double
    /// Of the training loss only.
    package var labelSmoothing: Double
    /// The decay per step of the averages that evaluations use; nil where they use the weights themselves.
    package var averageWeights: Double?
    package var initialization: Initialization
    package var augmentation: Augmentation
    package var normalization: Normalization
    package var validation: Validation
    package var shuffle: Bool
    package var seed: UInt64
    package var device: Device
    package var precision: Precision
    package var width: Double
    /// Lanes of the CPU engine; half as many decode images beside it.
    package var threads: Int
    package var checkpoint: Checkpoint
    package var log: Log
    package var references: [Reference]
    package var priority: Int
}

extension Plan {
    /// Updates in one pass over so many training images.
    package func stepsPerEpoch(images: Int) -> Int {
        switch lastBatch {
        case .keep: (images + batchSize - 1) / batchSize
        case .drop: images / batchSize
        }
    }
}

extension Plan.Initialization {
    private static let names: [(String, Self)] = [
        ("he", .he), ("cuda-convnet", .cudaConvnet), ("paper", .paper), ("caffe", .caffe), ("torch", .torch),
    ]

    /// The scheme of this name in a job file; nil for anything else.
    package init?(name: String) {
        guard let scheme = Self.names.first(where: { $0.0 == name })?.1 else { return nil }
        self = scheme
    }

    /// Nil where the weights come from a file.
    package var scheme: Initializer? {
        switch self {
        case .he: .he
        case .torch: .torch
        case .cudaConvnet: .cudaConvnet
        case .paper: .paper
        case .caffe: .caffe
        case .file: nil
        }
    }

    package var name: String {
        if case .file(let path) = self { return path }
        return Self.names.first { $0.1 == self }!.0
    }
}
