// Every schedule against PyTorch's, in each of a hundred epochs (Golden/make_schedules.py).

import Foundation
import Jobs
import Testing

@testable import Training

@Suite struct ScheduleGoldenTests {
    private struct Golden: Decodable {
        let base: Double
        let losses: [Double]
        let rates: [String: [Double]]

        static let all: Golden = {
            let file = Bundle.module.url(
                forResource: "schedules", withExtension: "json", subdirectory: "Golden")!
            return try! JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
        }()
    }

    @Test(arguments: Golden.all.rates.keys.sorted())
    func isPyTorchs(_ schedule: String) throws {
        let golden = Golden.all
        let plan = try Job.of(
            "learning_rate: \(golden.base)\nepochs: \(golden.losses.count)\nschedule: \(schedule)"
        ).plan
        // An epoch of one step, so that steps and epochs are PyTorch's steps.
        let rate = LearningRate(plan, stepsPerEpoch: 1)
        var state = ScheduleState()
        for (epoch, loss) in golden.losses.enumerated() {
            let expected = try #require(golden.rates[schedule])[epoch]
            let own = rate.rate(step: epoch, epoch: epoch, state)
            // At its end PyTorch's cosine, computed from the rate before, has a rounding error of its own.
            #expect(abs(own - expected) <= 1e-6 * expected + 1e-12, "epoch \(epoch)")
            rate.evaluated(Tally(samples: 1, loss: loss), &state)
        }
    }
}
