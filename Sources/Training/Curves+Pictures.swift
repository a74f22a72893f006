// The pictures: first-layer filters with the histograms; samples, mistakes and confusion at chosen epochs.

internal import Compute
internal import Figures
internal import Images
internal import Networks
internal import TensorBoard

extension Curves {
    /// The first convolution's filters, if the network begins with one that sees colours.
    func filters(of engine: any Engine, step: Int) throws {
        guard case .convolution(let convolution)? = network.layers.first?.operation,
            network.input.channels == 3, convolution.groups == 1
        else { return }
        let towers = network.layers.dropFirst().lazy.compactMap { layer -> Int? in
            if case .convolution(let next) = layer.operation { next.groups } else { nil }
        }.first
        let grid = FilterGrid(
            weights: try engine.parameter(0), kernel: convolution.kernel, towers: towers ?? 1)
        try log.image("filters/\(network.layers[0].name)", png: PNGEncoder().encode(grid.draw()), step: step)
    }

    /// The batch's first samples as the network sees them.
    func samples(_ batch: Batch, step: Int) throws {
        let samples = (0..<min(batch.count, SampleSheet.capacity)).map { slot in
            batch.sample(slot, crop: network.input.height, label: classes[Int(batch.labels[slot])])
        }
        try log.image("samples/train", png: PNGEncoder().encode(SampleSheet(samples).draw()), step: step)
    }

    func evaluated(_ review: Review, step: Int) throws {
        try log.image("mistakes", png: PNGEncoder().encode(review.mistakesSheet.draw()), step: step)
        try log.image("confusion", png: PNGEncoder().encode(review.confusionMatrix.draw()), step: step)
    }

    func describePictures() {
        log.describe(
            "filters/\(network.layers[0].name)", title: "first-layer filters",
            description: "Each with its own contrast; the two towers one above the other.")
        log.describe(
            "samples/train", title: "training samples",
            description: "As the network sees them: cropped, mirrored, in shifted colours.")
        log.describe(
            "mistakes", title: "most confident mistakes",
            description: "Validation images on which the network was most certain and wrong.")
        log.describe(
            "confusion", title: "confusion",
            description: "A row for each class as it is, a column for each as it was predicted.")
    }
}

extension Batch {
    /// With its draw.
    func sample(_ slot: Int, crop: Int, label: String) -> SampleSheet.Sample {
        let draw = draws[slot]
        return SampleSheet.Sample(
            picture: picture(slot), top: Int(draw.top), left: Int(draw.left), crop: crop, flip: draw.flip,
            color: draw.color, label: label)
    }

    /// Before augmentation.
    func picture(_ slot: Int) -> Image {
        Image(
            width: Self.side, height: Self.side,
            pixels: Array(UnsafeBufferPointer(start: image(slot), count: Self.bytesPerImage)))
    }
}
