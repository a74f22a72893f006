// Before the first step: whether a network's scores depend on the image at all. Where its initial weights and the scale of
// its input do not fit one another, what an image says drowns in the biases, and in what dropout does to them, and training
// stands still. Looks only: parameters, moments and the batch stay as they are.

internal import Compute
internal import Foundation
internal import Jobs

struct ScoreSpread {
    /// Standard deviation of a class's score from image to image…
    let images: Double
    /// …and of one image's score from one dropout mask to another; both the mean over the classes.
    let dropout: Double

    /// More of a large batch tell nothing new, and three passes forward over them take a second.
    private static let mostImages = 32

    /// Less of the images than of dropout is too little. Measured on 32 synthetic images, model alexnet, 8 classes:
    ///
    ///                      width 1, channels   mean     width 0.25, channels   mean
    ///        he                        0.15    0.13                    0.20    0.17
    ///        torch                     0.068   0.17                    0.034   0.20
    ///        cuda-convnet              0.0032  0.079                   0.0002  0.0089
    ///        caffe                     0.0009  0.028                   2e-5    0.0008
    ///        paper                     0.0002  0.011                   7e-6    0.0004
    ///
    /// A mean image is as the mean; model torchvision has 0.16 to 0.22 with he and torch. The last three were made for
    /// full width, and for an input that is not divided: their deviations do not grow where there is less to add up.
    private static let leastRatio = 0.01

    /// Looks at a batch with its draws.
    /// - Returns: nil where there is but one image, or the scores are not finite: the loss will say so.
    init?(_ engine: any Engine, _ batch: Batch) throws {
        let whole = batch.count
        batch.count = min(whole, Self.mostImages)
        defer { batch.count = whole }
        _ = try engine.evaluate(batch)
        let plain = try engine.scores()
        let masked = try (0..<2).map { step in
            _ = try engine.evaluate(batch, droppingAt: step)
            return try engine.scores()
        }
        self.init(plain: plain, masked: (masked[0], masked[1]), classes: engine.network.classes)
    }

    /// - Parameters:
    ///   - plain: [images][classes], without dropout…
    ///   - masked: …and with one mask and another.
    init?(plain: [Float], masked: ([Float], [Float]), classes: Int) {
        let count = plain.count / classes
        guard count > 1 else { return nil }
        let (plain, one, other) = (
            plain.map(Double.init), masked.0.map(Double.init), masked.1.map(Double.init)
        )
        /// Of every class, given the places of its scores.
        func deviation(_ variance: (_ places: [Int]) -> Double) -> Double {
            let classwise = (0..<classes).map { label in
                variance((0..<count).map { $0 * classes + label }).squareRoot()
            }
            return classwise.reduce(0, +) / Double(classes)
        }
        images = deviation { places in
            let mean = places.reduce(0) { $0 + plain[$1] } / Double(count)
            return places.reduce(0) { $0 + (plain[$1] - mean) * (plain[$1] - mean) } / Double(count - 1)
        }
        // The difference of two draws has twice their variance.
        dropout = deviation { places in
            places.reduce(0) { $0 + (one[$1] - other[$1]) * (one[$1] - other[$1]) } / Double(2 * count)
        }
        guard images.isFinite, dropout.isFinite else { return nil }
    }

    /// Without dropout there is no measure, but that nothing of the image comes through.
    var isTooSmall: Bool { images == 0 || images < Self.leastRatio * dropout }

    /// What is wrong and what to write instead; nil where the plan may train.
    func warning(_ plan: Plan) -> String? {
        guard isTooSmall else { return nil }
        let normalization = plan.lines.first { $0.key == "normalize" }?.value ?? ""
        func short(_ value: Double) -> String { String(format: "%.2g", value) }
        return """
            init: \(plan.initialization.name) with normalize: \(normalization) will hardly train at a width of \
            \(plan.width): from image to image the first scores differ by \(short(images)), from one dropout mask to \
            another by \(short(dropout)). Write init: he and normalize: channels, in a job of another name
            """
    }
}
