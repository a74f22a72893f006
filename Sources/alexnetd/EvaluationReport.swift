// An evaluation as a table for people, or as one JSON object.

import Datasets
import Foundation
import InputPipeline
import Training

struct EvaluationReport: Encodable {
    struct Row: Encodable {
        let name: String
        let images: Int
        /// Null where there is no image.
        let top1Error: Double?
        let top5Error: Double?
    }

    struct Pair: Encodable {
        let actual: String
        let predicted: String
        let count: Int
    }

    let run: String?
    let step: Int?
    let weights: String
    let model: String
    let data: String
    let split: String
    let views: Int
    let images: Int
    /// Mean cross-entropy in nats; of several views, that of their mean probabilities.
    let loss: Double
    let top1Error: Double
    let top5Error: Double
    let classes: [Row]
    let mostConfused: [Pair]
    /// [actual][predicted]: images. Null where there are more than `widestMatrix` classes.
    let confusion: [[Int]]?

    private static let widestMatrix = 4096
    /// Pairs that are listed, and classes that a row names.
    private static let (pairs, longestName) = (20, 32)

    private let summary: String

    init(
        _ evaluation: Evaluation, _ trained: TrainedNetwork, _ data: String, _ split: Dataset.Split,
        _ views: Views
    ) {
        (run, step, weights) = (trained.plan?.name, trained.step, "\(trained.file)")
        (model, self.data, self.split, self.views) = (
            trained.network.name, data, split.rawValue, views.rawValue
        )
        (images, loss) = (evaluation.total.samples, evaluation.total.meanLoss)
        (top1Error, top5Error) = (evaluation.total.top1Error, evaluation.total.top5Error)
        classes = zip(evaluation.classes, evaluation.rows).map { name, row in
            func share(_ count: Int) -> Double? {
                row.images > 0 ? Double(count) / Double(row.images) : nil
            }
            return Row(
                name: name, images: row.images, top1Error: share(row.top1Errors),
                top5Error: share(row.top5Errors))
        }
        mostConfused = evaluation.confusions.prefix(Self.pairs).map {
            Pair(
                actual: evaluation.classes[$0.actual], predicted: evaluation.classes[$0.predicted],
                count: $0.count)
        }
        let indices = evaluation.classes.indices
        confusion =
            indices.count > Self.widestMatrix
            ? nil : evaluation.rows.map { row in indices.map { row.predicted[$0] ?? 0 } }
        summary = trained.summary
    }

    private enum CodingKeys: String, CodingKey {
        case run, step, weights, model, data, split, views, images, loss, top1Error, top5Error, classes
        case mostConfused, confusion
    }

    func json() throws -> String {
        try JSONText.of(self) + "\n"
    }

    /// The worst classes stand at the end, where a terminal stops.
    var text: String {
        let width = min(Self.longestName, classes.map(\.name.count).max() ?? 0)
        func name(_ text: String) -> String {
            text.printable.cut(to: width).padding(toLength: max(width, 5), withPad: " ", startingAt: 0)
        }
        func percent(_ share: Double?) -> String {
            share.map { String(format: "%7.2f %%", 100 * $0) } ?? "        –"
        }
        var lines = [
            summary, "\(data): \(images) \(split) images, \(views == 1 ? "1 view" : "\(views) views")",
        ]
        lines += ["", name("class") + "  images     top-1     top-5   (errors)"]
        let sorted = classes.sorted { ($0.top1Error ?? -1, $0.name) < ($1.top1Error ?? -1, $1.name) }
        lines += sorted.map { row in
            name(row.name) + String(format: "%8d ", row.images) + percent(row.top1Error) + " "
                + percent(row.top5Error)
        }
        if !mostConfused.isEmpty {
            lines += ["", "most often confused:"]
            lines += mostConfused.map { pair in
                String(format: "%6d  ", pair.count) + "\(pair.actual) taken for \(pair.predicted)".printable
            }
        }
        lines += [
            "",
            String(
                format: "top-1 error %.2f %%   top-5 error %.2f %%   loss %.4f", 100 * top1Error,
                100 * top5Error, loss),
        ]
        return lines.map { $0 + "\n" }.joined()
    }
}
