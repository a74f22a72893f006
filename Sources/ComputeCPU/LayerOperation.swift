// What one layer does on the CPU. Activations are [image][height][width][channels]; the engine owns them.

typealias Floats = UnsafeMutablePointer<Float>

/// One forward and backward run over a batch, or a piece of it.
struct Pass {
    /// Images in use.
    let count: Int
    /// The first one's slot in the whole batch.
    var first = 0
    /// Whether it is a training step.
    let training: Bool
    /// Keys the dropout masks.
    let step: Int
    /// Whether units are dropped although it is none.
    var drops = false
    /// Whether nothing of the layer changes: its parameters get no gradient.
    var isFrozen = false
    /// What a layer that updates its weights itself does with their gradient, instead of writing it out.
    var weightUpdate: ParameterUpdate?
}

/// Threads and the memory they compute in, shared by all layers because they run one after the other.
struct Workspace {
    let lanes: Lanes
    /// One for each lane, as large as the layer that wants most.
    let scratch: [Floats]
    /// For sums of parts, as large as the layer that wants most.
    let partials: Floats
}

protocol LayerOperation: AnyObject {
    /// Floats it keeps for itself…
    var ownCount: Int { get }
    /// …needs in each lane's scratch, and in the partials.
    var scratchCount: Int { get }
    var partialsCount: Int { get }
    /// Whether y may be x (and then dx is dy).
    var isInPlace: Bool { get }
    /// Whether its dx is zero already where the ReLU before it gave zero.
    var masksReLU: Bool { get }
    /// Whether its backward pass can do `Pass.weightUpdate`.
    var updatesItsWeights: Bool { get }
    /// Whether its weights lie in panels of 16 outputs (panels.h), not output by output.
    var weightsLieInPanels: Bool { get }

    /// What it has derived from its parameters is out of date.
    func parametersChanged()

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace)

    /// Writes the gradients of its parameters, or updates its weights, or neither where it is frozen; and dx unless that
    /// is nil.
    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace)
}

extension LayerOperation {
    var ownCount: Int { 0 }
    var scratchCount: Int { 0 }
    var partialsCount: Int { 0 }
    var isInPlace: Bool { false }
    var masksReLU: Bool { false }
    var updatesItsWeights: Bool { false }
    var weightsLieInPanels: Bool { false }
    func parametersChanged() {}
}
