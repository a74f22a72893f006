// state.json: what it says comes back with all its bits; and what the words in it mean.

import Foundation
import Testing

@testable import Training

@Suite struct TrainingStateTests {
    @Test(arguments: [
        0.1 + 0.2, 1.0 / 3, .pi * 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -0.0, 1e23,
        123_456_789.123_456_79,
    ])
    func numbersKeepAllTheirBits(_ value: Double) throws {
        var state = TrainingState()
        (state.step, state.epoch, state.batch) = (12_345, 6, 789)
        state.window.loss = value
        state.window.samples = 640
        (state.window.top1Errors, state.window.top5Errors) = (600, 500)
        state.schedule.best = value
        (state.schedule.stale, state.schedule.reductions) = (3, 2)
        state.best = BestEvaluation(step: 12_000, top1Error: 0.407, loss: value)
        state.numerics = ["blas": "OpenBLAS 0.3.21 Haswell", "mean": "SIMD3<Float>(1.0, 2.0, 3.0)"]
        let copy = try TrainingState(json: try state.json())
        #expect(copy == state)
        #expect(copy.window.loss.bitPattern == value.bitPattern)
        #expect(copy.schedule.best?.bitPattern == value.bitPattern)
        #expect(copy.best?.loss.bitPattern == value.bitPattern)
        #expect(try copy.json() == state.json(), "the same state has the same bytes")
    }

    @Test func aRandomSampleOfAllDoublesComesBack() throws {
        var state = TrainingState()
        for _ in 0..<1000 {
            let value = Double(bitPattern: .random(in: .min ... .max))
            guard value.isFinite else { continue }
            state.window.loss = value
            #expect(try TrainingState(json: try state.json()).window.loss.bitPattern == value.bitPattern)
        }
    }

    @Test func whatIsNoStateIsRefused() {
        for text in ["", "{}", "[]", "{\"step\": 1}"] {
            #expect(throws: (any Error).self) { try TrainingState(json: Data(text.utf8)) }
        }
    }

    @Test func aWindowIsMeansOfItsSums() {
        var window = Tally()
        #expect(window.meanLoss == 0)
        (window.samples, window.loss, window.top1Errors, window.top5Errors) = (8, 12, 6, 1)
        #expect(window.meanLoss == 1.5)
        #expect(window.top1Error == 0.75)
        #expect(window.top5Error == 0.125)
    }

    @Test func theBestHasFewerErrorsAndAmongEqualsTheLowerLoss() {
        let best = BestEvaluation(step: 10, top1Error: 0.5, loss: 2)
        func isBeaten(_ error: Double, _ loss: Double) -> Bool {
            best.isBeaten(by: BestEvaluation(step: 20, top1Error: error, loss: loss), in: .top1Error)
        }
        #expect(isBeaten(0.4, 3))
        #expect(isBeaten(0.5, 1.9))
        #expect(!isBeaten(0.5, 2), "the first stays")
        #expect(!isBeaten(0.5, 2.1))
        #expect(!isBeaten(0.6, 1))
        #expect(!isBeaten(0.5, .nan))
        #expect(!isBeaten(.nan, 1))
    }
}
