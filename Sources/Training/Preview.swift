// What a job's network will see of its first training samples, epoch by epoch: the same pixels that training takes, by the
// same loader.

internal import Compute
internal import Datasets
package import Figures
internal import Images
internal import InputPipeline
package import Jobs
internal import Networks
package import SystemPackage

extension Job {
    /// - Parameters:
    ///   - samples: rows of the sheet, spread over the classes.
    ///   - epochs: columns, from the first epoch on.
    ///   - cache: where data-set statistics are kept.
    ///   - progress: images read of the data set, of all, where its colours are not known yet.
    /// - Throws: as training would before its first step.
    package func preview(
        samples count: Int, epochs: Int, cache: FilePath, progress: (_ done: Int, _ of: Int) -> Void
    ) throws -> PreviewSheet {
        let dataset = try dataset()
        let statistics = try Statistics.load(
            of: dataset, fit: plan.fit, cache: cache, threads: plan.threads, progress: progress)
        let whole = try dataset.repaired(by: statistics)
        let side = plan.network(classes: dataset.classes.count).input.height
        let chosen = Self.spread(min(count, whole.train.count), over: whole.train.count)
        func looks(
            _ augmentation: Augmentation, epochs: Range<Int>, _ show: (Batch) -> Image
        ) throws -> [[Image]] {
            let loader = Loader(
                whole, axes: statistics.axes,
                Loader.Configuration(
                    batchSize: 1, crop: side, seed: plan.seed, shuffle: false, augmentation: augmentation,
                    fit: plan.fit, threads: 1, batches: 1))
            defer { loader.close() }
            return try epochs.map { epoch in
                try chosen.map { sample in
                    // Not shuffled, a batch is a sample.
                    loader.begin(.train, epoch: epoch, from: sample)
                    guard let batch = try loader.next() else {
                        preconditionFailure("a pass has fewer batches than it said")
                    }
                    defer { loader.recycle(batch) }
                    return show(batch)
                }
            }
        }
        let squares = try looks(.none, epochs: 0..<1) { $0.picture(0) }[0]
        let views = try looks(plan.inputAugmentation, epochs: 0..<epochs) {
            $0.sample(0, crop: side, label: "").view
        }
        let rows = chosen.enumerated().map { row, sample in
            PreviewSheet.Row(
                label: whole.classes[Int(whole.train[sample].label)], name: whole.train[sample].path,
                square: squares[row], views: views.map { $0[row] })
        }
        let title = plan.lines.first { $0.key == "augment" }?.value ?? ""
        return PreviewSheet(title: "augment: \(title)", epochs: Array(1..<epochs + 1), rows: rows)
    }

    /// As far apart as may be: samples lie class by class.
    private static func spread(_ count: Int, over all: Int) -> [Int] {
        (0..<count).map { ($0 * 2 + 1) * all / (count * 2) }
    }
}
