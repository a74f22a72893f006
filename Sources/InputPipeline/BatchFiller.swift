// One decoder thread's tools: fills a slot of a batch from the sample's bytes, or from memory.

internal import Compute
internal import Datasets
internal import Images

final class BatchFiller {
    private let dataset: Dataset
    private let axes: ColorAxes
    private let configuration: Loader.Configuration
    private let cache: PixelCache
    private let kept: KeptSquares?
    private let reader: SampleReader
    private let squares: SquareDecoder
    private let alterer: Alterer

    init(
        dataset: Dataset, axes: ColorAxes, configuration: Loader.Configuration, cache: PixelCache,
        kept: KeptSquares?
    ) {
        self.kept = kept
        (self.dataset, self.axes, self.configuration, self.cache) = (dataset, axes, configuration, cache)
        reader = SampleReader(dataset)
        squares = SquareDecoder(configuration.fit)
        alterer = Alterer(crop: configuration.crop)
    }

    func fill(_ work: BatchRing.Work) throws {
        if work.slot == 0 { label(work) }
        let target = work.batch.image(work.slot)
        work.batch.isLeftOut[work.slot] = isKept(work)
        if work.batch.isLeftOut[work.slot] { return }
        let augmentation = configuration.augmentation
        guard work.pass.split == .train, augmentation.alters else { return try square(work, into: target) }
        let alteration = augmentation.alteration(
            seed: configuration.seed, epoch: work.pass.epoch, sample: work.sample)
        if augmentation.resizedCrop != nil {
            try decode(dataset.train[work.sample]) { image in try alterer.cut(image, alteration, into: target)
            }
        } else {
            try square(work, into: target)
            alterer.turn(target, alteration.turn)
        }
        if let jitter = alteration.jitter {
            let draw = draw(work.sample, in: work.pass)
            let corner = Int(draw.top) * Batch.side + Int(draw.left)
            let side = configuration.crop
            jitter.apply(to: target + corner * 3, width: side, height: side, stride: Batch.side)
        }
    }

    /// Whether the engine has the square. A pass's first batch is whole: pictures are made of it.
    private func isKept(_ work: BatchRing.Work) -> Bool {
        guard let kept, isSquare(work.pass), work.places.lowerBound > 0 else { return false }
        return kept.contains(work.sample)
    }

    /// Whether a pass's squares are the samples' own, the same in each epoch.
    private func isSquare(_ pass: BatchRing.Pass) -> Bool {
        pass.split == .train && !configuration.augmentation.alters
    }

    /// The sample's whole square.
    private func square(_ work: BatchRing.Work, into target: UnsafeMutablePointer<UInt8>) throws {
        let slot = cache.slot(of: work.sample, in: work.pass.split)
        if work.isCached, let slot {
            return target.update(from: cache.pixels(slot), count: Batch.bytesPerImage)
        }
        try decode(dataset[work.pass.split][work.sample]) { image in try squares.decode(image, into: target) }
        if let slot { cache.pixels(slot).update(from: target, count: Batch.bytesPerImage) }
    }

    /// Hands the sample's bytes to `body`, whose errors are the data set's.
    private func decode(_ sample: Sample, _ body: (EncodedImage) throws -> Void) throws {
        do {
            let image = try reader.read(sample)
            guard sample.place != .file || image.bytes.count == sample.size else {
                throw InputPipelineError(
                    .changed,
                    "\(dataset.path(of: sample)) had \(sample.size) bytes when the attempt began and has "
                        + "\(image.bytes.count) now; a data set must stay as it is while it is trained on")
            }
            try body(image)
        } catch let error as ImagesError where error.code == .memory {
            throw dataset.outOfMemory(for: sample, error)
        } catch let error as ImagesError {
            throw InputPipelineError(
                .changed,
                "\(dataset.place(of: sample)) decoded when the data set was scanned and does not now; restore it, or delete the "
                    + "statistics in the cache folder to accept the data set as it is", cause: error)
        }
    }

    /// Labels and draws of the whole batch: arrays, which only one thread may touch.
    private func label(_ work: BatchRing.Work) {
        let samples = dataset[work.pass.split]
        for (slot, place) in work.places.enumerated() {
            let sample = Int(work.pass.order[place])
            work.batch.labels[slot] = samples[sample].label
            work.batch.draws[slot] = draw(sample, in: work.pass)
            work.batch.samples[slot] = isSquare(work.pass) ? Int32(sample) : -1
        }
    }

    private func draw(_ sample: Int, in pass: BatchRing.Pass) -> Draw {
        guard pass.split == .train else { return .center(crop: configuration.crop) }
        return configuration.augmentation.draw(
            seed: configuration.seed, epoch: pass.epoch, sample: sample, crop: configuration.crop, axes: axes)
    }
}
