// Every schedule at the steps where it changes; the plateau's counters evaluation by evaluation.

import Foundation
import Jobs
import Testing

@testable import Training

@Suite struct LearningRateTests {
    /// Ten steps per epoch.
    private func rate(_ schedule: String, epochs: Int = 8) throws -> LearningRate {
        let plan = try Job.of("learning_rate: 0.5\nepochs: \(epochs)\nschedule: \(schedule)").plan
        return LearningRate(plan, stepsPerEpoch: 10)
    }

    /// At the first step of each epoch.
    private func rates(_ schedule: String) throws -> [Double] {
        let rate = try rate(schedule)
        return (0..<8).map { rate.rate(step: 10 * $0, epoch: $0, ScheduleState()) }
    }

    @Test func constant() throws {
        #expect(try rates("constant") == Array(repeating: 0.5, count: 8))
    }

    @Test func stepsFollowTheEndsOfTheirEpochs() throws {
        #expect(
            try rates("{step: {at: [2, 5], factor: 0.5}}") == [
                0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125,
            ])
        let last = try rate("{step: {at: [2, 5], factor: 0.5}}").rate(step: 19, epoch: 1, ScheduleState())
        #expect(last == 0.5, "not before the epoch's end")
    }

    @Test func everySoManyEpochs() throws {
        #expect(
            try rates("{step: {every: 3 epochs, factor: 0.5}}")
                == [0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125])
    }

    @Test func cosineGoesFromAllToItsFinalPart() throws {
        let rate = try rate("{cosine: {final: 0.2}}")
        func at(_ step: Int) -> Double { rate.rate(step: step, epoch: step / 10, ScheduleState()) }
        #expect(at(0) == 0.5)
        #expect(abs(at(40) - 0.5 * 0.6) < 1e-15, "half way, the mean")
        #expect(abs(at(20) - 0.5 * (0.2 + 0.8 * (1 + 0.5.squareRoot()) / 2)) < 1e-15)
        #expect(abs(at(80) - 0.5 * 0.2) < 1e-15)
        #expect(at(1000) == at(80), "and stays there")
        let steps = (0..<80).map(at)
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 > $1 })
    }

    @Test(arguments: ["5 steps", "2 epochs"])
    func warmupRisesInALine(_ length: String) throws {
        let rate = try rate("{constant: {}, warmup: \(length)}")
        let count = length == "5 steps" ? 5 : 20
        for step in 0..<count {
            let expected = 0.5 * Double(step + 1) / Double(count)
            #expect(abs(rate.rate(step: step, epoch: step / 10, ScheduleState()) - expected) < 1e-15)
        }
        #expect(rate.rate(step: count, epoch: 2, ScheduleState()) == 0.5)
    }

    @Test func warmupIsOnTopOfTheDecay() throws {
        let rate = try rate("{step: {at: [1], factor: 0.5}, warmup: 2 epochs}")
        #expect(rate.rate(step: 14, epoch: 1, ScheduleState()) == 0.5 * 0.5 * 0.75)
    }

    @Test func thePlateauCountsEvaluationsWithoutABetterLoss() throws {
        let rate = try rate("{plateau: {factor: 0.1, patience: 2}}")
        var state = ScheduleState()
        func after(_ losses: Double...) -> [Int] {
            for loss in losses { rate.evaluated(Tally(samples: 1, loss: loss), &state) }
            return [state.stale, state.reductions]
        }
        #expect(after(3, 2) == [0, 0])
        #expect(state.best == 2)
        #expect(after(2, 2.5) == [2, 0], "as good is not better")
        #expect(rate.rate(step: 0, epoch: 0, state) == 0.5)
        #expect(after(2 - 1e-5) == [0, 1], "nor is a hair's breadth; the third lowers the rate")
        #expect(abs(rate.rate(step: 0, epoch: 0, state) - 0.05) < 1e-17)
        #expect(after(2.1, 1.5) == [0, 1], "a better one begins the count again")
        #expect(state.best == 1.5)
        #expect(after(9, 9, 9, 9, 9, 9) == [0, 3])
    }

    @Test func otherSchedulesDoNotCount() throws {
        var state = ScheduleState()
        let rate = try rate("constant")
        for _ in 0..<10 { rate.evaluated(Tally(samples: 1, loss: 1), &state) }
        #expect(state == ScheduleState())
    }
}
