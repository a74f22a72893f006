// From what is written to what will happen: every default is decided here.
//
// Defaults are AlexNet's (Krizhevsky et al. 2012, section 5, and cuda-convnet's layer-params) with a plateau schedule
// in place of a hand on the learning rate, and He's initial weights, which train on standardised input where the
// paper's do not.

internal import Foundation
internal import Networks
package import SystemPackage

extension JobSpec {
    /// - Parameters:
    ///   - name: the run's.
    ///   - folder: what relative paths begin at; nil refuses them, as for a job that was dropped.
    ///   - forThisMachine: false for a plan that another build may have made.
    /// - Throws: `unsupported` for what this build lacks, `wrongType` for a relative path without a folder.
    package func plan(
        name: String, relativeTo folder: FilePath?, forThisMachine: Bool = true
    ) throws(JobError) -> Plan {
        if forThisMachine { try refuseWhatThisBuildLacks() }
        let model = model ?? .alexnet
        let optimizer = optimizer ?? .sgd
        let weightDecay = weightDecay ?? optimizer.weightDecay
        // cuda-convnet: biases learn twice as fast and do not decay. torchvision's nets and Adam know no such thing.
        let isPaper = model != .torchvision && optimizer.sparesBiases
        let (rules, frozen) = try plannedLayers(of: model)
        var initialization = initialization ?? .he
        if case .file(let path) = initialization {
            initialization = .file(try absolute(path, key: "init", folder))
        }
        let keep: Int? =
            switch checkpointKeep ?? .newest(3) {
            case .all: nil
            case .newest(let count): count
            }
        let threads =
            switch threads ?? .auto {
            // The processors this process may run on (sched_getaffinity), not those of the machine.
            case .auto: max(1, ProcessInfo.processInfo.activeProcessorCount)
            case .count(let count): count
            }
        return Plan(
            name: name,
            model: model,
            dataset: try absolute(dataset, key: "dataset", folder),
            epochs: epochs ?? 90,
            batchSize: batchSize ?? 128,
            accumulate: try plannedAccumulation(of: batchSize ?? 128),
            lastBatch: lastBatch ?? .keep,
            optimizer: optimizer,
            learningRate: learningRate ?? optimizer.learningRate,
            momentum: momentum ?? 0.9,
            weightDecay: weightDecay,
            biasLearningRate: biasLearningRate ?? optimizer.biasLearningRate ?? (isPaper ? 2 : 1),
            biasWeightDecay: biasWeightDecay ?? (isPaper ? 0 : weightDecay),
            clipping: clipping ?? .none,
            layers: rules,
            frozen: frozen,
            schedule: schedule ?? Plan.Schedule(decay: .plateau),
            earlyStopping: earlyStopping ?? nil,
            // Without epochs an evaluation is all there is to do.
            evaluatesAtStart: evaluateAtStart ?? (epochs == 0),
            dropout: dropout ?? 0.5,
            poolDropout: poolDropout ?? 0,
            labelSmoothing: labelSmoothing ?? 0,
            averageWeights: averageWeights ?? nil,
            initialization: initialization,
            augmentation: augmentation ?? Plan.Augmentation(randomCrop: true, flip: true, pcaColor: 0.1),
            normalization: normalization ?? Self.usualNormalization(initialization),
            validation: Plan.Validation(views: validationViews ?? 1),
            shuffle: shuffle ?? true,
            seed: seed ?? 1,
            device: plannedDevice,
            precision: plannedPrecision,
            width: width ?? 1,
            threads: threads,
            checkpoint: Plan.Checkpoint(
                every: checkpointEvery ?? .seconds(300), keep: keep, best: checkpointBest ?? .top1Error),
            log: Plan.Log(
                every: logEvery ?? .steps(10), histograms: logHistograms ?? .epochs(1),
                images: logImages ?? .epochs(10)),
            references: references ?? [],
            priority: priority ?? 0)
    }

    /// What the initial weights expect. Networks that files come from are trained on standardised input.
    private static func usualNormalization(_ initialization: Plan.Initialization) -> Plan.Normalization {
        initialization.scheme?.standardizesInput ?? true ? .channels : .mean
    }

    func error(_ code: JobError.Code, _ key: String, _ problem: String) -> JobError {
        JobError(code, problem, file: file, line: lines[key], key: key)
    }

    private func absolute(_ path: String, key: String, _ folder: FilePath?) throws(JobError) -> String {
        let written = FilePath(path)
        if written.isAbsolute { return written.string }
        guard let folder else {
            throw error(
                .wrongType, key,
                "\"\(path)\" is a relative path, and a dropped job has no folder of its own; write the whole path, "
                    + "from /")
        }
        return folder.pushing(written).lexicallyNormalized().string
    }

    private func plannedAccumulation(of batchSize: Int) throws(JobError) -> Int {
        let pieces = accumulate ?? 1
        guard pieces <= batchSize else {
            throw error(
                .outOfRange, "accumulate",
                "\"\(pieces)\" pieces of a batch of \(batchSize) images would be less than an image each; write a whole "
                    + "number from 1 to \(batchSize)")
        }
        return pieces
    }

    private var plannedDevice: Plan.Device {
        switch device ?? .auto {
        case .auto, .cpu: .cpu
        case .cuda(let which): .cuda(which ?? "0")
        }
    }

    private var plannedPrecision: Plan.Precision {
        switch precision ?? .auto {
        case .auto, .fp32: .fp32
        case .tf32: .tf32
        case .bf16: .bf16
        }
    }

    private func refuseWhatThisBuildLacks() throws(JobError) {
        if case .cuda(let which)? = device {
            let value = which.map { $0.hasPrefix("GPU-") ? $0 : "cuda:\($0)" } ?? "cuda"
            throw error(
                .unsupported, "device",
                "\"\(value)\" cannot be used: this build has no CUDA engine; write cpu or auto")
        }
        if precision == .tf32 {
            throw error(
                .unsupported, "precision",
                "\"tf32\" cannot be used: on the CPU there is only fp32, and bf16 where it has AVX512_BF16; write fp32, "
                    + "bf16 or auto")
        }
    }
}
