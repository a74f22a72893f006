// A batch in pieces, which are all that activations, errors and scratch have room for. Nothing but the order of the
// gradients' sums tells a batch in pieces from one that is not: the loss is the whole batch's, and dropout masks go by
// the slot in it. Batch normalisation alone sees its piece only, as in PyTorch.

internal import CKernels
internal import Compute

extension CPUEngine {
    /// Adds a piece's gradients to those before it, in order; after the last the sum is in their place.
    func addUpGradients(of piece: Int, of pieces: Int) {
        guard let sum = gradientSum?.pointer, pieces > 1 else { return }
        let gradients = state[.gradients]!
        measure("gradients", .backward) {
            workspace.lanes.run(over: gradients.count, by: Self.block) { range, _ in
                let (total, own) = (sum + range.lowerBound, gradients.pointer + range.lowerBound)
                if piece == 0 {
                    total.update(from: own, count: range.count)
                } else if piece < pieces - 1 {
                    blend_add(total, own, range.count)
                } else {
                    blend_add(own, total, range.count)
                }
            }
        }
    }

    /// Scores of a piece to those of the whole batch.
    func keepScores(_ pass: Pass) {
        (batchScores.pointer + pass.first * network.classes).update(
            from: activations.last!.pointer, count: pass.count * network.classes)
    }
}
