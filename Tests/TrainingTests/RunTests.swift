// One attempt after the other at a run, in this process: what happens, in which order, and what is on the disk then.

import Checkpoints
import Datasets
import Foundation
import Jobs
import Synchronization
import SystemPackage
import Testing

@testable import Training

@Suite struct RunTests {
    /// What a run has told, in order.
    private final class Diary: Sendable {
        private let entries = Mutex<[TrainingEvent]>([])
        func add(_ event: TrainingEvent) { entries.withLock { $0.append(event) } }
        var events: [TrainingEvent] { entries.withLock { $0 } }

        /// Without scans and what depends on the machine's pace.
        var steps: [String] {
            events.compactMap { event in
                switch event {
                case .step(let progress): "step \(progress.step)"
                case .logged(let step, _, _, _, _): "logged \(step)"
                case .evaluated(let epoch, let step, _, _, _, _): "evaluated \(epoch) at \(step)"
                default: nil
                }
            }
        }

        var notes: [String] {
            events.compactMap { if case .note(let text) = $0 { text } else { nil } }
        }

        var published: [Int] {
            events.compactMap { if case .checkpointed(let step) = $0 { step } else { nil } }
        }
    }

    private let place: TrainingFolder
    private var root: RootFolder { place.root }
    private var images: FilePath { place.images }

    init() throws { place = try TrainingFolder() }

    private let defaults = "width: 0.03125\nbatch_size: 4\nthreads: 2\nschedule: constant\n"

    private func job(_ text: String = "") throws -> Job {
        try Job.of(defaults + text, dataset: images.string)
    }

    private var checkpoints: CheckpointStore {
        CheckpointStore(folder: root.run("net").checkpoints, keep: nil)
    }

    /// - Parameter last: the step after which it is asked to stop.
    private func run(_ job: Job, stoppingAfter last: Int? = nil) throws -> Diary {
        try run(job) { event in
            if case .step(let progress) = event { progress.step == last } else { false }
        }
    }

    /// - Parameter isLast: whether it is asked to stop at this event.
    private func run(
        _ job: Job, stoppingAt isLast: @escaping @Sendable (TrainingEvent) -> Bool
    ) throws -> Diary {
        let diary = Diary()
        let stop = StopFlag()
        let run = Run(job, root: root, stop: stop) { event in
            diary.add(event)
            if isLast(event) { stop.raise() }
        }
        do { try run.run() } catch  where Run.isStop(error) { #expect(diary.events.contains(where: isLast)) }
        return diary
    }

    @Test func anEvaluationBeforeTheFirstStep() throws {
        let text = "epochs: 1\nevaluate_at_start: true\ncheckpoint: {every: 2 steps, keep: all}"
        let diary = try run(try job(text), stoppingAfter: 2)
        #expect(diary.steps.filter { $0.hasPrefix("evaluated") } == ["evaluated 0 at 0"])
        #expect(diary.published.first == 0, "the best so far")
        let rest = try run(try job(text))
        #expect(rest.steps.filter { $0.hasPrefix("evaluated") } == ["evaluated 1 at 3"], "not again")
    }

    @Test func noEpochsAreAnEvaluationOnly() throws {
        let diary = try run(try job("epochs: 0"))
        #expect(diary.steps == ["evaluated 0 at 0"])
        #expect(diary.published == [0])
        #expect(try run(try job("epochs: 0")).steps.isEmpty, "it is done")
    }

    @Test func aRunThatNoLongerImprovesEnds() throws {
        // Nothing is better by nine tenths.
        let text = "epochs: 50\nearly_stopping: {patience: 1, threshold: 0.9}"
        let diary = try run(try job(text))
        let evaluations = diary.steps.filter { $0.hasPrefix("evaluated") }
        #expect(evaluations == ["evaluated 1 at 3", "evaluated 2 at 6", "evaluated 3 at 9"])
        #expect(diary.notes.contains { $0.contains("stopped early, after epoch 3") })
        #expect(try run(try job(text)).steps.isEmpty, "it has ended")
        let more = try run(try job("epochs: 4\nearly_stopping: none"))
        #expect(more.steps.contains("evaluated 4 at 12"), "unless it is told to go on")
    }

    @Test func aRunInItsOrder() throws {
        let diary = try run(
            try job("epochs: 2\nlog: {every: 2 steps}\ncheckpoint: {every: 2 steps, keep: all}"))
        // Ten images are three steps of four, four and two.
        #expect(
            diary.steps == [
                "step 1", "logged 1", "step 2", "logged 2", "step 3", "evaluated 1 at 3",
                "step 4", "logged 4", "step 5", "step 6", "logged 6", "evaluated 2 at 6",
            ])
        #expect(Set(diary.published).isSuperset(of: [2, 3, 4, 6]), "the first evaluation is a best one")
        #expect(diary.published == diary.published.sorted())
        let state = try state(6)
        #expect((state.step, state.epoch, state.batch) == (6, 2, 0))
        #expect(state.window == Tally())
        #expect(state.best != nil)
        #expect(state.data?.trainCount == 10)
    }

    @Test func theEndIsCheckpointedWhateverTheInterval() throws {
        _ = try run(try job("epochs: 2\ncheckpoint: {every: 1h, keep: 1}"))
        #expect(try checkpoints.steps().last == 6)
    }

    @Test func keepingOneKeepsTheBestToo() throws {
        let diary = try run(try job("epochs: 6\ncheckpoint: {every: 1 steps, keep: 1}"))
        let best = try #require(
            diary.events.last { if case .evaluated(_, _, _, _, _, true) = $0 { true } else { false } })
        guard case .evaluated(_, let step, _, _, _, _) = best else { return }
        #expect(try checkpoints.bestStep() == step)
        #expect(Set(try checkpoints.steps()) == Set([step, 18]))
    }

    @Test(arguments: [1, 3, 4, 6], ["", "\naccumulate: 3\nlabel_smoothing: 0.1\naverage_weights: 0.9"])
    func aStopIsACheckpointAndNothingIsLost(_ last: Int, _ more: String) throws {
        let text = defaults + "epochs: 2\nlog: {every: 2 steps}\ncheckpoint: {every: 1h, keep: all}" + more
        let plan = try Job.of(text, dataset: images.string)
        let first = try run(plan, stoppingAfter: last)
        #expect(try checkpoints.steps().last == last)
        #expect(RunStatus.load(root.run("net").status)?.state == .stopped)
        let stopped = try state(last)
        // At an epoch's last step the evaluation is abandoned, to be repeated whole.
        #expect(stopped.epoch == (last - 1) / 3)
        #expect(stopped.batch == (last - 1) % 3 + 1)

        let second = try run(plan)
        #expect(second.notes.contains("going on from the checkpoint of step \(last)"))
        let all = first.steps + second.steps
        #expect(all.filter { $0.hasPrefix("evaluated") } == ["evaluated 1 at 3", "evaluated 2 at 6"])
        #expect(all.filter { $0.hasPrefix("step") } == (1...6).map { "step \($0)" })
        #expect(RunStatus.load(root.run("net").status)?.attempt == 2)
        #expect(RunStatus.load(root.run("net").status)?.state == .done)

        try expectTheEnd(ofARunLeftAlone: text)
    }

    /// Its disk may be mounted later: whoever has trained on it tries again, whoever has not has named the wrong folder.
    @Test func aDataSetThatIsAwayIsNoFaultOfARunUnderWay() throws {
        let job = try Job.of(defaults + "epochs: 1\ncheckpoint: {every: 1h}", dataset: images.string)
        _ = try run(job, stoppingAfter: 2)
        let away = images.string + ".away"
        try FileManager.default.moveItem(atPath: images.string, toPath: away)
        let gone = #expect(throws: DatasetsError.self) { try run(job) }
        #expect(gone?.code == .unreadable)
        #expect(gone?.message.contains("there is no folder \(images)") == true, "\(gone?.message ?? "")")
        // An empty mount point.
        try FileManager.default.createDirectory(atPath: images.string, withIntermediateDirectories: false)
        let empty = #expect(throws: DatasetsError.self) { try run(job) }
        #expect(empty?.code == .unreadable)
        try FileManager.default.removeItem(atPath: checkpoints.folder.string)
        let unknown = #expect(throws: JobError.self) { try run(job) }
        #expect(unknown?.code == .data)
    }

    /// The averages are in the weights' place then.
    @Test func anEvaluationThatIsAskedToStopLeavesNothingBehind() throws {
        let text = defaults + "epochs: 2\naverage_weights: 0.9\ncheckpoint: {every: 1h, keep: all}"
        let plan = try Job.of(text, dataset: images.string)
        let first = try run(plan) { if case .evaluating = $0 { true } else { false } }
        #expect(first.steps.last == "step 3")
        #expect(try state(3).epoch == 0)
        _ = try run(plan)
        try expectTheEnd(ofARunLeftAlone: text)
    }

    /// At step 6, to the bit.
    private func expectTheEnd(ofARunLeftAlone text: String) throws {
        let whole = CheckpointStore(folder: root.run("whole").checkpoints, keep: nil)
        try Run(
            try Job.of(text, dataset: images.string, name: "whole"), root: root, stop: StopFlag(),
            report: { _ in }
        ).run()
        let (ours, theirs) = (try #require(try checkpoints.verified(6)), try whole.verified(6))
        #expect(ours.manifest.files == theirs?.manifest.files)
        #expect(ours.manifest.best == theirs?.manifest.best)
    }

    @Test func anotherRunsWeightsCanBeTheBeginning() throws {
        _ = try run(try job("epochs: 1"))
        let weights = root.run("net").checkpoints.appending("step-00000003/\(Checkpoint.modelFile)")
        let next = try Job.of(
            "width: 0.03125\nepochs: 1\nbatch_size: 4\ninit: \(weights)", dataset: images.string, name: "next"
        )
        try Run(next, root: root, stop: StopFlag()) { _ in }.run()
        #expect(RunStatus.load(root.run("next").status)?.state == .done)

        let wider = try Job.of("width: 0.0625\ninit: \(weights)", dataset: images.string, name: "wider")
        let error = #expect(throws: JobError.self) {
            try Run(wider, root: root, stop: StopFlag()) { _ in }.run()
        }
        #expect(error?.code == .data)
        #expect(error?.message.contains("wider.yml:3: init: ") == true)
        #expect(error?.message.contains("another model, width or number of classes") == true)
    }

    @Test(arguments: [nil, "{}", "{\"__metadata__\":{}}", "torn"] as [String?])
    func itSaysWhatIsWrongWithAFileThatIsToBeTheBeginning(_ header: String?) throws {
        let weights = place.path.appending("w.safetensors")
        if let header {
            let length = withUnsafeBytes(of: UInt64(header == "torn" ? 99 : header.utf8.count)) { Data($0) }
            try (length + Data(header.utf8)).write(to: URL(fileURLWithPath: weights.string))
        }
        let plan = try job("init: \(weights)")
        let error = #expect(throws: JobError.self) { try run(plan) }
        #expect(error?.code == .data)
        #expect(error?.message.contains(": init: ") == true)
        #expect(error?.message.contains(weights.string) == true, "\(String(describing: error))")
        #expect(RunStatus.load(root.run("net").status)?.message?.contains(weights.string) == true)
    }

    private func state(_ step: Int) throws -> TrainingState {
        let checkpoint = try #require(try checkpoints.verified(step))
        return try TrainingState(json: try checkpoint.data(Checkpoint.stateFile))
    }
}
