// What a device must offer to train a network. Conformers: ComputeCPU's engine and the plain reference of the tests;
// Tests/ComputeTests drives both through one conformance suite. Inside, an engine chooses its own layouts.

package import Networks

/// How gradients become new weights; everything but the learning rate, which changes from step to step.
package struct Optimizer: Hashable, Sendable {
    package enum Method: Hashable, Sendable {
        /// v ← μv − ε·d·w − ε·g, w ← w + v (Krizhevsky et al. 2012, section 5).
        case sgd
        /// The same v; w ← w + μv − ε·(g + d·w).
        case nesterov
        /// Kingma & Ba 2015 with decay added to the gradient, as torch.optim.Adam. β₁ is `momentum`.
        case adam(beta2: Float, epsilon: Float)
        /// Loshchilov & Hutter 2019, as torch.optim.AdamW: decay takes ε·d·w from the weight and is no part of the
        /// gradient.
        case adamW(beta2: Float, epsilon: Float)
        /// You, Gitman & Ginsburg 2017: sgd, with the rate of each weight tensor times trust · ‖w‖ / (‖g‖ + d·‖w‖), or
        /// times 1 where a norm is zero. Biases and other vectors are not scaled and take the
        /// biases' rate.
        case lars(trust: Float)
    }

    package var method: Method
    package var momentum: Float
    package var weightDecay: Float
    /// Biases learn at this multiple of the learning rate…
    package var biasRate: Float
    /// …and decay by this.
    package var biasDecay: Float
    /// What is done to gradients before all this.
    package var clipping = Clipping.none
    /// By the layer's name; those of other layers are as by default.
    package var layers: [String: LayerRule] = [:]
    /// A batch is worked through in this many pieces at most, whose gradients are added up before the one update: memory
    /// is that of a piece.
    package var accumulation: Int
    /// After each update the averages of the weights become decay · average + (1 − decay) · weight, as in
    /// torch.optim.swa_utils.get_ema_multi_avg_fn, and those of running statistics likewise; nil where none are kept.
    package var averageDecay: Double?

    package init(
        method: Method, momentum: Float, weightDecay: Float, biasRate: Float = 1, biasDecay: Float,
        accumulation: Int = 1, averageDecay: Double? = nil
    ) {
        self.method = method
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.biasRate = biasRate
        self.biasDecay = biasDecay
        self.accumulation = accumulation
        self.averageDecay = averageDecay
    }

    /// Images of every piece but the last, for batches of up to `capacity`.
    package func imagesPerPiece(capacity: Int) -> Int { (capacity + accumulation - 1) / accumulation }

    /// The state sets an engine keeps for it.
    package var state: [StateKind] {
        var state: [StateKind] =
            switch method {
            case .sgd, .nesterov, .lars: [.firstMoment]
            case .adam, .adamW: [.firstMoment, .secondMoment]
            }
        if averageDecay != nil { state.append(.average) }
        return state
    }
}

package enum StateKind: String, Hashable, Sendable, CaseIterable {
    case parameters
    /// Of the mean loss of the last batch, without weight decay and before clipping; zero for what is frozen. They are
    /// there after a step that asked for detail; an engine may use them up as it makes them.
    case gradients
    /// Momentum (velocity), or Adam's m.
    case firstMoment
    /// Adam's v.
    case secondMoment
    /// The running averages of the parameters. They begin as what is loaded.
    case average
}

/// What the engine needs to know of one training step.
package struct StepSettings: Sendable {
    /// Steps done before this one; keys the dropout masks.
    package var step: Int
    package var learningRate: Float
    /// The share of each label that all classes have alike, as torch.nn.CrossEntropyLoss's label_smoothing: from 0 up to,
    /// but not, 1.
    package var labelSmoothing: Float
    /// What is to be said of the step: it costs passes over memory, so it is asked for.
    package var detail = Detail.none

    package init(step: Int, learningRate: Float, labelSmoothing: Float = 0, detail: Detail = .none) {
        (self.step, self.learningRate, self.detail) = (step, learningRate, detail)
        self.labelSmoothing = labelSmoothing
    }

    package enum Detail: Hashable, Sendable, Comparable {
        case none
        /// Moments of every parameter and its gradient.
        case moments
        /// Their distributions too, and those of the activations.
        case distributions
    }
}

/// Sums over the samples of one batch.
package struct BatchResult: Sendable, Equatable {
    package var count = 0
    /// Σ of each sample's cross-entropy, in nats; of a training step with its smoothed label.
    package var loss = 0.0
    /// Samples whose label was not the best, not among the best five scores (a tie counts for the lower class index).
    package var top1Errors = 0
    package var top5Errors = 0
    /// When asked for.
    package var statistics: StepStatistics?

    package init() {}
}

package protocol Engine: AnyObject {
    var network: Network { get }
    /// The largest batch it takes.
    var capacity: Int { get }
    /// In words, for the numerics fingerprint: device, kernels, libraries.
    var fingerprint: [String: String] { get }

    /// Begins a training step: forward, loss, backward, update. The loss is the mean over `batch.count` samples. A device
    /// may be at it still when this returns, and at a step or two before it; the batch may be used again.
    func begin(_ batch: Batch, _ settings: StepSettings) throws

    /// What the steps begun have come to, in their order, each once.
    /// - Parameter waiting: for all of them; else those that are done.
    func results(waiting: Bool) throws -> [BatchResult]

    /// Forward without dropout; parameters unchanged.
    func evaluate(_ batch: Batch) throws -> BatchResult

    /// Forward with dropout, and nothing else of training; parameters unchanged.
    /// - Parameter step: keys the masks, as in a training step.
    func evaluate(_ batch: Batch, droppingAt step: Int) throws -> BatchResult

    /// Runs `body` with the averages in the parameters' place, and they in theirs; afterwards, also when it throws, both
    /// are as before, to the bit. Without averages it only runs it.
    func withAverages<T>(_ body: () throws -> T) throws -> T

    /// Class scores (before softmax) of the last batch, [count][classes].
    func scores() throws -> [Float]

    /// To be asked once, before the first step: keeps the squares of all training samples from when they are first seen, if
    /// there is room for all of them.
    /// - Parameter count: of training samples.
    /// - Returns: which it has; nil where it keeps none.
    func keepSquares(_ count: Int) throws -> KeptSquares?

    /// Adds up seconds per layer while set.
    var timings: LayerTimings? { get set }

    /// One parameter tensor in its canonical form.
    func parameter(_ index: Int) throws -> [Float]

    /// Copies a state set into its canonical form.
    func read(_ kind: StateKind, into set: ParameterSet) throws

    /// Replaces a state set by canonical values. Gradients may not be, as they are what a step leaves.
    func load(_ kind: StateKind, from set: ParameterSet) throws
}

extension Engine {
    /// Memory is as near as the loader's own cache.
    package func keepSquares(_ count: Int) -> KeptSquares? { nil }

    /// A whole training step, and the results of those before it are let go.
    package func train(_ batch: Batch, _ settings: StepSettings) throws -> BatchResult {
        try begin(batch, settings)
        return try results(waiting: true).last ?? BatchResult()
    }
}

/// How pixels become the network's input: (pixel + color − mean) ÷ deviation.
package struct Normalization: Codable, Hashable, Sendable {
    /// Of each channel…
    package var mean: SIMD3<Float>
    package var deviation: SIMD3<Float>
    /// …or, in place of the channels' mean, that of each pixel: [256][256][3], taken from the same place of the square as
    /// the crop, before it is mirrored. Too large for JSON: checkpoints have it as a tensor.
    package var meanImage: [Float]?

    private enum CodingKeys: CodingKey { case mean, deviation }

    /// - Parameter meanImage: `Batch.bytesPerImage` values.
    package init(mean: SIMD3<Float>, deviation: SIMD3<Float>, meanImage: [Float]? = nil) {
        precondition(
            meanImage.map { $0.count == Batch.bytesPerImage } ?? true, "no image of the square's size")
        (self.mean, self.deviation, self.meanImage) = (mean, deviation, meanImage)
    }
}
