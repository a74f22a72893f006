// Where a checkpoint has each state set. The model file holds what a network is used with, in PyTorch's names: whoever reads
// it (evaluate, classify, export, another job's `init`, PyTorch) need not know that there are averages. What training goes
// on with lies in the optimiser's file, each set under its own prefix.

internal import Compute

extension Optimizer {
    /// The set in the model file: the averages where there are any, else the parameters.
    var modelState: StateKind { averageDecay == nil ? .parameters : .average }

    /// The sets in the optimiser's file.
    var ownState: [StateKind] { ([.parameters] + state).filter { $0 != modelState } }
}

extension StateKind {
    /// Before the names of its tensors in the optimiser's file.
    var prefix: String { rawValue + "." }
}
