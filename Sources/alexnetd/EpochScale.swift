// How far in epochs a step is: as the run's status says it, else by a curve named "epoch", which other programs write.

import ArgumentParser
import Jobs
import TensorBoard

struct EpochScale {
    /// Rising in both; at least two.
    private let knots: [(step: Double, epoch: Double)]

    /// - Throws: `ValidationError` where neither tells.
    init(_ run: CurveSource.Run) throws {
        if let status = RunStatus.load(run.folder.status), let steps = status.steps,
            let epochs = status.epochs,
            steps > 0, epochs > 0
        {
            knots = [(0, 0), (Double(steps), Double(epochs))]
            return
        }
        var knots: [(step: Double, epoch: Double)] = []
        if let curve = run.curves[tag: "epoch"] {
            // A whole number of epochs stays the same for many steps: only where it rises does it tell the time.
            for (step, epoch) in zip(curve.steps, curve.values)
            where epoch.isFinite && knots.last.map({ epoch > $0.epoch }) ?? true {
                knots.append((Double(step), epoch))
            }
        }
        guard knots.count > 1 else {
            throw ValidationError(
                "nothing says how long an epoch of \(run.name) is; use --x step or --x time")
        }
        self.knots = knots
    }

    func epoch(_ step: Int) -> Double {
        let step = Double(step)
        // The stretch that the step is in; before the first and behind the last these go on.
        let above = min(max(knots.partitioningIndex { $0.step >= step }, 1), knots.count - 1)
        let (left, right) = (knots[above - 1], knots[above])
        return left.epoch + (step - left.step) / (right.step - left.step) * (right.epoch - left.epoch)
    }
}

extension Array {
    /// The first index whose element, and that of all behind it, holds the condition.
    fileprivate func partitioningIndex(_ holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
