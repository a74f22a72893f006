// How gradients become new weights, and which layers learn how fast.

extension Plan {
    package enum Optimizer: Hashable, Sendable {
        case sgd, nesterov
        /// PyTorch's; β₁ is the plan's momentum.
        case adam(Moments)
        /// The same with the decay beside the gradient, not in it.
        case adamW(Moments)
        /// Each weight tensor's rate goes by its norm and its gradient's, times `trust`.
        case lars(trust: Double)

        /// PyTorch's defaults.
        package struct Moments: Hashable, Sendable {
            package var beta2 = 0.999
            package var epsilon = 1e-8

            package init() {}
        }
    }

    /// Limits for gradients, above 0, as torch.nn.utils has them.
    package enum Clipping: Hashable, Sendable {
        case none
        /// Of all together, in the Euclidean norm.
        case norm(Double)
        /// Of each.
        case value(Double)
    }

    /// What a layer has otherwise than the rest.
    package struct LayerRule: Hashable, Sendable {
        package var layer: String
        /// Multiples of what its weight and bias would have.
        package var learningRate = 1.0
        package var weightDecay = 1.0

        package init(_ layer: String) { self.layer = layer }
    }
}

extension Plan.Optimizer {
    /// Each with its own numbers as by default; LARS's is the paper's.
    static let usual: [Self] = [.sgd, .nesterov, .adam(Moments()), .adamW(Moments()), .lars(trust: 0.001)]

    /// As in a job file.
    package var name: String {
        switch self {
        case .sgd: "sgd"
        case .nesterov: "nesterov"
        case .adam: "adam"
        case .adamW: "adamw"
        case .lars: "lars"
        }
    }

    // MARK: - What goes with it unless it is given

    var learningRate: Double {
        switch self {
        case .sgd, .nesterov: 0.01
        // Adam at 0.01 diverges; 0.0001 is what AlexNet-sized linear layers take.
        case .adam, .adamW: 0.0001
        // Times `trust`, the part of its norm by which a step moves a weight.
        case .lars: 1
        }
    }

    /// AdamW's is PyTorch's.
    var weightDecay: Double {
        if case .adamW = self { 0.01 } else { 0.0005 }
    }

    /// Nil where it goes by the model. LARS does not scale the rate of biases: theirs is that of sgd.
    var biasLearningRate: Double? {
        switch self {
        case .sgd, .nesterov: nil
        case .adam, .adamW: 1
        case .lars: 0.01
        }
    }

    /// Whether biases may do without decay, as the model has it.
    var sparesBiases: Bool {
        switch self {
        case .sgd, .nesterov, .lars: true
        case .adam, .adamW: false
        }
    }
}
