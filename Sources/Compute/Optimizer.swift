// How gradients become new weights; everything but the learning rate, which changes from step to step.

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

    /// The slots of each piece of a batch, for an engine of `capacity`.
    package func pieces(of batch: Batch, capacity: Int) -> [Range<Int>] {
        let images = imagesPerPiece(capacity: capacity)
        return stride(from: 0, to: batch.count, by: images).map { $0..<min(batch.count, $0 + images) }
    }

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
