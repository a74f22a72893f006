// What early stopping counts, and from when.

import Jobs
import Testing

@testable import Training

@Suite struct StagnationTests {
    @Test func anotherMetricBeginsAnew() {
        func rule(_ metric: Plan.Metric) -> Plan.EarlyStopping {
            var rule = Plan.EarlyStopping()
            rule.metric = metric
            return rule
        }
        var stagnation = Stagnation()
        var tally = Tally(samples: 10, loss: 20)
        tally.top1Errors = 4
        for _ in 0..<3 { stagnation.evaluated(tally, rule(.top1Error)) }
        #expect((stagnation.best, stagnation.stale) == (0.4, 2))

        stagnation.evaluated(tally, rule(.loss))
        #expect((stagnation.best, stagnation.stale) == (2, 0), "no loss beats an error rate")
        tally.loss = 19
        stagnation.evaluated(tally, rule(.loss))
        #expect((stagnation.best, stagnation.stale) == (1.9, 0))
    }
}
