// A plan's augmentation in the words of the input pipeline.

internal import Images
internal import InputPipeline
internal import Jobs

extension Plan {
    /// How every image becomes a square.
    var fit: SquareDecoder.Fit { augmentation.centerCrop ? .cut : .scaled }

    var inputAugmentation: InputPipeline.Augmentation {
        let turns: [Int: Orientation] = [0: .upright, 90: .right, 180: .halfTurn, 270: .left]
        return InputPipeline.Augmentation(
            randomCrop: augmentation.randomCrop, flip: augmentation.flip, pcaColor: augmentation.pcaColor,
            pcaStatistics: augmentation.pcaStatistics == .imagenet ? .imagenet : .dataset,
            resizedCrop: augmentation.resizedCrop.map { ResizedCrop(scale: $0.scale, ratio: $0.ratio) },
            colorJitter: augmentation.colorJitter.map {
                ColorJitter(
                    brightness: $0.brightness, contrast: $0.contrast, saturation: $0.saturation, hue: $0.hue)
            },
            turns: augmentation.rotations.compactMap { turns[$0] })
    }
}
