// What becomes of a short batch at an epoch's end.

import Jobs
import Synchronization
import SystemPackage
import Testing

@testable import Training

@Suite struct LastBatchTests {
    private let place: TrainingFolder
    private var root: RootFolder { place.root }
    private var images: FilePath { place.images }

    init() throws { place = try TrainingFolder(validationPerClass: 3) }

    private func job(_ text: String) throws -> Job {
        try Job.of("width: 0.03125\nthreads: 2\nschedule: constant\n" + text, dataset: images.string)
    }

    /// Ten images, and batches of four.
    @Test(arguments: [("keep", 3, 10), ("drop", 2, 8)])
    func isTrainedOnOrNot(_ lastBatch: String, _ stepsPerEpoch: Int, _ trained: Int) throws {
        let told = Mutex((progress: [Progress](), evaluated: [Int](), validated: 0))
        let job = try job("batch_size: 4\nepochs: 2\nlast_batch: \(lastBatch)\nlog: {every: 1 epoch}")
        try Run(job, root: root, stop: StopFlag()) { event in
            told.withLock {
                switch event {
                case .step(let progress): $0.progress.append(progress)
                case .evaluated(_, let step, _, _, _, _): $0.evaluated.append(step)
                case .evaluating(let done, _): $0.validated = done
                default: break
                }
            }
        }.run()
        let (progress, evaluated, validated) = told.withLock { $0 }
        #expect(progress.map(\.step) == Array(1...2 * stepsPerEpoch))
        #expect(progress.allSatisfy { $0.stepsPerEpoch == stepsPerEpoch && $0.steps == 2 * stepsPerEpoch })
        #expect(evaluated == [stepsPerEpoch, 2 * stepsPerEpoch])
        #expect(validated == 6, "validation sees every image")
        #expect(job.plan.stepsPerEpoch(images: 10) == stepsPerEpoch)
        #expect(min(10, stepsPerEpoch * 4) == trained)
    }

    @Test func nothingLeftIsRefused() throws {
        let error = #expect(throws: JobError.self) {
            try job("batch_size: 11\nlast_batch: drop").dataset()
        }
        #expect(error?.code == .data)
        #expect(error?.message.contains("net.yml:6: last_batch: \"drop\" leaves nothing to train on") == true)
        #expect(error?.message.contains("10 training images, fewer than the batch_size of 11") == true)
        _ = try job("batch_size: 10\nlast_batch: drop").dataset()
        _ = try job("batch_size: 11").dataset()
        _ = try job("batch_size: 11\nlast_batch: drop\nepochs: 0").dataset()
    }
}
