// One attempt at a run, from its plan to its end: lock the folder, see what is there, go on from it.
//
// The order matters. Nothing of the run is touched before its lock is held; left-overs are removed and torn tails cut
// before anything is written; a plan or data set that does not fit the run so far is refused before any of it changes.

internal import Checkpoints
internal import Compute
internal import ComputeCUDA
internal import Datasets
internal import Files
internal import Foundation
internal import Images
package import Jobs
internal import Networks
internal import SystemPackage

package final class Run {
    private let job: Job
    private var plan: Plan { job.plan }
    private let root: RootFolder
    /// The uuid of the one that this process has been given.
    private let gpu: String?
    private let folder: RunFolder
    private let stop: StopFlag
    private let report: @Sendable (TrainingEvent) -> Void
    private let status: StatusFile

    /// How long a predecessor that is being killed may hold the run's lock.
    private static let lockPatience = Duration.seconds(60)

    /// - Parameters:
    ///   - gpu: the uuid of the one that this process has been given; nil leaves it to the plan.
    ///   - report: told what happens; on the caller's thread, and for checkpoints on another.
    package init(
        _ job: Job, root: RootFolder, gpu: String? = nil, stop: StopFlag,
        report: @escaping @Sendable (TrainingEvent) -> Void
    ) {
        (self.job, self.root, self.gpu, self.stop) = (job, root, gpu, stop)
        folder = root.run(job.plan.name)
        let status = StatusFile(folder.status)
        self.status = status
        self.report = { event in
            status.take(event)
            report(event)
        }
    }

    /// Trains to the end.
    /// - Throws: what ended it: `TrainingError`, `JobError`, `DatasetsError` and those of the targets below.
    package func run() throws {
        let lock = try lockFolder()
        defer { withExtendedLifetime(lock) {} }
        let past = status.begin(on: plan.device == .cpu ? plan.device.name : gpu ?? plan.device.name)
        report(.began)
        do {
            try train(past)
            status.end(.done, nil)
        } catch {
            let isDeviceFault =
                (error as? CUDAError).map { [.fault, .unavailable].contains($0.code) } ?? false
            status.end(
                Self.isStop(error) ? .stopped : .failed, Self.isStop(error) ? nil : "\(error)",
                isDeviceFault: isDeviceFault)
            throw error
        }
    }

    /// Whether an error only says that somebody asked to stop.
    package static func isStop(_ error: any Error) -> Bool {
        switch error {
        case let error as TrainingError: error.code == .stopped
        case let error as DatasetsError: error.code == .stopped
        default: false
        }
    }

    /// A predecessor may be about to end.
    private func lockFolder() throws -> FileLock {
        try patiently {
            do {
                try folder.path.makeFolder()
                // Whoever made it may have been killed before these names were on the disk.
                try root.runs.syncFolder()
                try root.path.syncFolder()
            } catch {
                throw JobError(
                    .runFile, "the run's folder cannot be made; check the path and its permissions",
                    file: folder.path.string, cause: error)
            }
        }
        let start = ContinuousClock.now
        var isTold = false
        while true {
            try stop.check()
            do {
                return try patiently { try FileLock(folder.lock) }
            } catch let error as JobError
                where error.code == .locked && .now < start + Self.lockPatience
            {
                if !isTold, .now > start + .seconds(2) {
                    isTold = true
                    report(.waiting("another process trains this run, and is waited for: \(error.message)"))
                }
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }

    /// - Parameter isKnown: whether the run has been trained on it. That it is not there now is then no fault of the job's: a
    ///   disk that is not mounted yet, a folder on its way.
    private func dataset(isKnown: Bool) throws -> Dataset {
        var (found, told) = (0, ContinuousClock.now)
        do {
            return try job.dataset {
                found += 1
                // Over a network it takes minutes, in which somebody may want to know whether there is life here.
                guard told.duration(to: .now) >= .seconds(1) else { return }
                told = .now
                try stop.check()
                report(.listing(found))
            }
        } catch let error as JobError where isKnown && error.key == "dataset" {
            throw DatasetsError(
                .unreadable, "\(error.problem); this run was trained on it before, so it is tried again",
                cause: error.cause)
        }
    }

    /// Waits while the disk is full.
    private func patiently<T>(_ body: () throws -> T) throws -> T {
        try DiskPatience.waitOut(stop, { report(.waiting($0)) }, body)
    }

    private func train(_ past: (seconds: Double, attempts: Int)) throws {
        let store = CheckpointStore(folder: folder.checkpoints, keep: plan.checkpoint.keep)
        let recovered = try recover(store)
        try stop.check()
        var state = recovered.state
        if let old = Plan.load(folder) ?? recovered.plan {
            let begun = state.epoch + (state.batch > 0 ? 1 : 0)
            for change in try changes(from: old, epochsBegun: begun) where change.effect == .inexact {
                report(.warning("\(change.text): not bit-exact from step \(state.step) on"))
            }
        }
        let dataset = try dataset(isKnown: recovered.checkpoint != nil)
        dataset.notices.forEach { report(.note($0)) }
        try bind(&state, to: dataset)
        let statistics = try Statistics.load(
            of: dataset, fit: plan.fit, withImage: plan.normalization == .meanImage, cache: root.cache,
            threads: plan.threads,
            progress: { [report] in report(.scanning(done: $0, of: $1)) },
            shouldStop: { [stop] in stop.isRaised },
            notCached: { [report] in report(.note("it will be read again next time: \($0)")) })
        let repaired = try dataset.repaired(by: statistics)
        repaired.notices.dropFirst(dataset.notices.count).forEach { report(.warning($0)) }

        let network = plan.network(classes: dataset.classes.count)
        if let notice = plan.memoryNotice(network, dataset) { report(.warning(notice)) }
        let normalization = normalization(statistics)
        let engine = try plan.engine(network, normalization, on: gpu, cache: root.cache)
        if plan.device != .cpu { try DeviceTrial(engine, plan, normalization, cache: root.cache).run() }
        try fill(engine, recovered.checkpoint)
        bind(&state, to: engine, normalization)

        try patiently {
            try plan.write(to: folder.plan)
            try folder.job.replaceContents(with: job.bytes, durable: true)
        }
        // What is altered is another square in every epoch.
        let kept = plan.inputAugmentation.alters ? nil : try engine.keepSquares(repaired.train.count)
        let input = Input(repaired, statistics, plan, network, kept: kept)
        defer { input.close() }
        let curves = try Curves(
            folder.path, plan, network, classes: dataset.classes, stepsPerEpoch: input.stepsPerEpoch,
            resumingAfter: state.step, past: past, stop: stop, report: report)
        try curves.begin(job, repaired, state)
        let publisher = CheckpointPublisher(
            store: store, engine: engine, optimizer: plan.engineOptimizer, stop: stop,
            report: reportOfPublisher())
        defer { publisher.close() }
        let checkpoints = try Checkpointing(
            publisher, engine, curves, plan, from: recovered.checkpoint.map { _ in recovered.state })
        if recovered.checkpoint == nil, plan.initialization.scheme == nil {
            // Weights of another run or a file may be others at the next attempt; from here on these are the run's own.
            try checkpoints.publish(state, isBest: false)
            try checkpoints.finish()
        }
        let trainer = Trainer(
            plan, engine, input, curves, checkpoints, from: state, stop: stop, report: report)
        do {
            try trainer.run()
        } catch {
            if Self.isStop(error) {
                if wasCancelled { curves.ended("cancelled after step \(trainer.step)", step: trainer.step) }
            } else {
                curves.ended("failed after step \(trainer.step): \(error)", step: trainer.step)
            }
            // The last points say what went wrong.
            curves.salvage()
            throw error
        }
    }

    /// Whether a person has moved the job's file to cancelled/.
    private var wasCancelled: Bool {
        func lies(_ folder: FilePath) -> Bool {
            JobName.extensions.contains {
                FileManager.default.fileExists(atPath: folder.appending("\(plan.name).\($0)").string)
            }
        }
        return lies(root.cancelled) && !lies(root.running)
    }

    private func reportOfPublisher() -> @Sendable (CheckpointPublisher.Report) -> Void {
        { [report] event in
            switch event {
            case .published(let step): report(.checkpointed(step: step))
            case .notice(let text): report(.note(text))
            case .waiting(let text): report(.waiting(text))
            }
        }
    }

    // MARK: - What is there already

    private func recover(_ store: CheckpointStore) throws -> Recovered {
        try store.cleanUp()
        let recovery: CheckpointStore.Recovery
        do {
            recovery = try store.newestValid()
        } catch let error as CheckpointsError where error.code == .damaged {
            throw TrainingError(.checkpoint, error.message)
        }
        recovery.notices.forEach { report(.warning($0)) }
        guard let checkpoint = recovery.checkpoint else { return Recovered() }
        store.prune(after: checkpoint.step).notices.forEach { report(.note($0)) }
        var state: TrainingState
        let plan: Plan
        do {
            state = try TrainingState(json: try checkpoint.data(Checkpoint.stateFile))
            plan = try Plan(json: try checkpoint.data(Checkpoint.planFile), name: folder.name)
        } catch {
            throw TrainingError(
                .checkpoint,
                "\(checkpoint.folder) was written by another version of this program; train on with that, or give "
                    + "the job another name", cause: error)
        }
        try state.readMeanImage { try checkpoint.tensors($0) }
        report(.note("going on from the checkpoint of step \(checkpoint.step)"))
        return Recovered(checkpoint: checkpoint, state: state, plan: plan)
    }

    private struct Recovered {
        var checkpoint: Checkpoint?
        var state = TrainingState()
        var plan: Plan?
    }

    private func changes(from old: Plan, epochsBegun: Int) throws -> [PlanChange] {
        do {
            return try plan.continuing(old, epochsBegun: epochsBegun)
        } catch {
            throw job.error(error.code, key: error.key ?? "", error.problem)
        }
    }

    /// From here on the run is of this data set.
    /// - Throws: where it has been of another.
    private func bind(_ state: inout TrainingState, to dataset: Dataset) throws {
        if let difference = state.data?.difference(to: dataset.fingerprint) {
            throw TrainingError(
                .data,
                "\(plan.dataset) is not what this run was trained on (\(difference)). Restore it, or give the job "
                    + "another name to begin a new run")
        }
        state.data = dataset.fingerprint
    }

    /// Says where numbers will be rounded otherwise than by what has computed the run so far.
    private func bind(
        _ state: inout TrainingState, to engine: any Engine, _ normalization: Normalization
    ) {
        let now = engine.fingerprint.merging(
            ["program": Version.text, "jpeg": JPEGDecoder.version], uniquingKeysWith: { $1 })
        var changes = state.numerics.sorted { $0.key < $1.key }.filter { now[$0.key] != $0.value }.map {
            "\($0.key): \($0.value) before, \(now[$0.key] ?? "none") now"
        }
        if let old = state.normalization, old != normalization {
            changes.append("what is taken from the data's pixels, or what they are divided by, has changed")
        }
        for change in changes { report(.warning("\(change): not bit-exact from step \(state.step) on")) }
        (state.numerics, state.normalization) = (now, normalization)
        state.meanImage = normalization.meanImage.map { _ in Checkpoint.meanFile }
    }

    // MARK: - The engine's beginning

    private func normalization(_ statistics: Statistics) -> Normalization {
        let one = SIMD3<Float>(repeating: 1)
        switch plan.normalization {
        case .mean: return Normalization(mean: SIMD3<Float>(statistics.mean), deviation: one)
        case .meanImage:
            return Normalization(
                mean: SIMD3<Float>(statistics.mean), deviation: one, meanImage: statistics.meanImage)
        case .channels:
            // A channel may be the same everywhere.
            let deviation = SIMD3<Float>(statistics.deviation)
            return Normalization(
                mean: SIMD3<Float>(statistics.mean),
                deviation: deviation.replacing(with: one, where: deviation .< 1))
        case .given(let mean, let deviation):
            return Normalization(mean: SIMD3<Float>(mean), deviation: SIMD3<Float>(deviation))
        }
    }

    private func fill(_ engine: any Engine, _ checkpoint: Checkpoint?) throws {
        let set = ParameterSet(engine.network.parameters)
        if let checkpoint {
            let optimizer = plan.engineOptimizer
            try set.read(try checkpoint.tensors(Checkpoint.modelFile), source: "\(checkpoint.folder)")
            try engine.load(optimizer.modelState, from: set)
            let own = try checkpoint.tensors(Checkpoint.optimizerFile)
            for kind in optimizer.ownState {
                try set.read(own, prefix: kind.prefix, source: "\(checkpoint.folder)")
                try engine.load(kind, from: set)
            }
            return
        }
        if let initializer = plan.initialization.scheme {
            for index in set.parameters.indices {
                initializer.fill(set[index], index, of: engine.network, seed: plan.seed)
            }
        } else if let weights = try job.initialWeights(for: engine.network) {
            weights.notes.forEach { report(.note($0)) }
            try weights.fill(set, seed: plan.seed)
        }
        try engine.load(.parameters, from: set)
        if plan.averageWeights != nil { try engine.load(.average, from: set) }
    }
}
