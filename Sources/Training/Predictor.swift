// A network's answer to a batch, from one look at each image or from the mean of ten.

internal import Compute
internal import InputPipeline

final class Predictor {
    private let engine: any Engine
    private let draws: [Draw]
    /// Of the last batch.
    private(set) var probabilities: Probabilities

    init(_ engine: any Engine, _ views: Views) {
        self.engine = engine
        draws = views.draws(crop: engine.network.input.height)
        probabilities = Probabilities([], classes: engine.network.classes)
    }

    /// Replaces the batch's draws by the views'. The loss of several views is that of their mean probabilities.
    func evaluate(_ batch: Batch) throws -> BatchResult {
        var scores: [[Float]] = []
        var result = BatchResult()
        for draw in draws {
            for slot in 0..<batch.count { batch.draws[slot] = draw }
            result = try engine.evaluate(batch)
            scores.append(try engine.scores())
        }
        probabilities = Probabilities(views: scores, classes: engine.network.classes)
        // One look is the engine's own business: the same numbers as ever.
        return draws.count == 1 ? result : BatchResult(probabilities, labels: batch.labels)
    }
}

extension BatchResult {
    fileprivate init(_ probabilities: Probabilities, labels: [Int32]) {
        self.init()
        for image in 0..<probabilities.images {
            let label = Int(labels[image])
            add(
                loss: probabilities.loss(of: label, image: image),
                rank: probabilities.rank(of: label, image: image))
        }
    }
}
