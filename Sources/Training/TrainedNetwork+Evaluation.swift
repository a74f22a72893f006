// A trained network over a whole split of a data set.

package import Datasets
package import InputPipeline
package import SystemPackage

extension TrainedNetwork {
    /// In a batch; the results do not depend on it.
    private static let batchSize = 64

    /// - Parameters:
    ///   - dataset: its classes are the network's, or some of them, in any order.
    ///   - cache: where data-set statistics are kept.
    ///   - note: told what is odd about the data, a sentence each.
    ///   - progress: images done, of all; on the calling thread.
    /// - Throws: `TrainingError.data` where the classes are others or the split is empty; `DatasetsError`.
    package func evaluate(
        _ dataset: Dataset, _ split: Dataset.Split, views: Views, _ choice: EngineChoice, cache: FilePath,
        note: (String) -> Void = { _ in }, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) throws -> Evaluation {
        guard !dataset[split].isEmpty else {
            throw TrainingError(.data, "\(dataset.root) has no \(split.rawValue) images")
        }
        let labels = try labels(for: dataset, split)
        let repaired = try repaired(dataset, split, cache: cache, threads: choice.threads)
        repaired.notices.forEach(note)
        let samples = repaired.validation.map {
            Sample(path: $0.path, label: labels[Int($0.label)], size: $0.size, place: $0.place)
        }
        let size = min(Self.batchSize, samples.count)
        let loader = Loader(
            Dataset(
                name: dataset.name, root: dataset.root, classes: classes, train: [], validation: samples,
                shards: dataset.shards),
            axes: ColorAxes(covariance: [SIMD3<Double>](repeating: .zero, count: 3)),
            Loader.Configuration(
                batchSize: size, crop: network.input.height, seed: 0, shuffle: false,
                fit: fit, threads: Input.decoders(of: choice.threads, choice.device)))
        defer { loader.close() }
        let predictor = Predictor(try engine(capacity: size, choice), views)
        var evaluation = Evaluation(classes: classes)
        loader.begin(.validation, epoch: 0)
        while let batch = try loader.next() {
            evaluation.add(try predictor.evaluate(batch), predictor.probabilities, labels: batch.labels)
            loader.recycle(batch)
            progress(evaluation.total.samples, samples.count)
        }
        return evaluation
    }

    /// The split alone, as what is validated, without what does not decode. Which images these are, a run on the data set has
    /// found out already; else each is decoded once more for it.
    private func repaired(
        _ dataset: Dataset, _ split: Dataset.Split, cache: FilePath, threads: Int
    ) throws -> Dataset {
        let alone = Dataset(
            name: dataset.name, root: dataset.root, classes: dataset.classes, train: [],
            validation: dataset[split], shards: dataset.shards)
        let known =
            split == .test ? nil : dataset.statistics ?? Statistics.cached(of: dataset, fit: fit, in: cache)
        let undecodable = known.map { split == .train ? $0.undecodableTrain : $0.undecodableValidation }
        return try alone.repaired(
            train: [],
            validation: try undecodable ?? Statistics.scan(alone, threads: threads).undecodableValidation)
    }

    /// The network's label of each class of the data set; −1 for one of which the split has no image.
    private func labels(for dataset: Dataset, _ split: Dataset.Split) throws -> [Int32] {
        let places = Dictionary(zip(classes, Int32(0)...), uniquingKeysWith: { first, _ in first })
        let used = Set(dataset[split].map { Int($0.label) })
        let unknown = used.sorted().map { dataset.classes[$0] }.filter { places[$0] == nil }
        guard unknown.isEmpty else {
            throw TrainingError(
                .data,
                "\(dataset.root) has classes that the network does not know: "
                    + unknown.prefix(5).joined(separator: ", ") + (unknown.count > 5 ? "…" : "")
                    + "; it knows " + classes.prefix(5).joined(separator: ", ")
                    + (classes.count > 5 ? "…" : ""))
        }
        return dataset.classes.map { places[$0] ?? -1 }
    }
}
