// What a run's status says for a person, while it trains.

import Jobs
import TemporaryFolders
import Testing

@testable import Training

@Suite struct StatusFileTests {
    /// A warning is there for whoever looks later; what was waited for is over.
    @Test func aWarningStays() throws {
        let temporary = try TemporaryFolder()
        let path = temporary.path.appending("status.json")
        let file = StatusFile(path)
        _ = file.begin(on: "cpu")
        func status() -> RunStatus? { RunStatus.load(path) }

        file.take(.warning("it will hardly train"))
        file.take(.waiting("the disk is full"))
        #expect(status()?.message == "the disk is full")
        file.take(.checkpointed(step: 1))
        file.take(.evaluating(done: 1, of: 2))
        #expect(status()?.message == "it will hardly train")
        file.take(.step(Progress.some))
        #expect((status()?.state, status()?.message) == (.training, "it will hardly train"))
        file.take(.warning("another"))
        file.take(.evaluating(done: 2, of: 2))
        #expect(status()?.message == "another")
        file.end(.done, nil)
        #expect(status()?.message == nil)
    }
}

extension Progress {
    fileprivate static let some = Progress(
        epoch: 1, epochs: 2, step: 2, steps: 4, stepInEpoch: 2, stepsPerEpoch: 2, loss: 1, imagesPerSecond: 1,
        dataWait: 0, trainingSeconds: 1, eta: 1)
}
