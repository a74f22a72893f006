// Which initial weights on which input are warned of, before the first step.

import Datasets
import Jobs
import Synchronization
import SystemPackage
import TemporaryFolders
import Testing

@testable import Training

@Suite struct ScoreSpreadTests {
    /// - Returns: what is warned of until the first step is done.
    private func warnings(_ text: String) throws -> [String] {
        let folder = try TemporaryFolder()
        let images = folder.path.appending("images")
        try SyntheticImages(classes: 8, trainPerClass: 2, validationPerClass: 1, sides: 256...256).write(
            to: images)
        let job = try Job.of(
            "width: 0.25\nbatch_size: 16\nlearning_rate: 1e-9\nthreads: 2\n" + text, dataset: images.string)
        let stop = StopFlag()
        let warnings = Mutex<[String]>([])
        do {
            try Run(job, root: RootFolder(folder.path.appending("root")), stop: stop) { event in
                if case .warning(let text) = event { warnings.withLock { $0.append(text) } }
                if case .step = event { stop.raise() }
            }.run()
        } catch  where Run.isStop(error) {}
        return warnings.withLock { $0 }
    }

    @Test(arguments: ["paper", "cuda-convnet"]) func wontTrain(_ initialization: String) throws {
        let warning = try #require(try warnings("init: \(initialization)\nnormalize: channels").first)
        #expect(warning.contains("init: \(initialization) with normalize: channels will hardly train"))
        #expect(warning.contains("Write init: he and normalize: channels"))
    }

    @Test(arguments: [
        "init: he", "init: he\nnormalize: mean_image", "init: torch", "model: torchvision\ninit: torch",
        "init: paper\nnormalize: channels\ndropout: 0",
    ])
    func mayTrain(_ text: String) throws {
        #expect(try warnings(text).isEmpty)
    }

    @Test func deviationsAreMeansOverTheClasses() throws {
        // Two images; classes with deviations √2 and √8 between them, and 1/√2 and 0 between two masks.
        let spread = try #require(
            ScoreSpread(plain: [1, 10, 3, 6], masked: ([5, 7, 5, 7], [4, 7, 6, 7]), classes: 2))
        #expect(abs(spread.images - 1.5 * 2.0.squareRoot()) < 1e-12)
        #expect(abs(spread.dropout - 0.25 * 2.0.squareRoot()) < 1e-12)
        #expect(!spread.isTooSmall)
    }

    @Test func nothingComesThrough() throws {
        let alike: [Float] = [1, 2, 1, 2]
        #expect(try #require(ScoreSpread(plain: alike, masked: (alike, alike), classes: 2)).isTooSmall)
        #expect(ScoreSpread(plain: [1, 2], masked: ([1, 2], [1, 3]), classes: 2) == nil, "one image")
        let bad: [Float] = [1, .nan, 3, 4]
        #expect(ScoreSpread(plain: bad, masked: (bad, bad), classes: 2) == nil)
    }
}
