// Axes of every range: round ticks where they are expected, and nothing that breaks at the ends of a double.

import SeededRandom
import Testing

@testable import Charts

@Suite struct ScaleTests {
    func labels(
        _ range: ClosedRange<Double>, atMost count: Int = 5, logarithmic: Bool = false, integral: Bool = false
    )
        -> [String]
    {
        Scale(showing: range, logarithmic: logarithmic).ticks(atMost: count, integral: integral).map(\.label)
    }

    @Test func ticksAreRound() {
        #expect(labels(0...1, atMost: 6) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(labels(2.023...2.139) == ["2.04", "2.06", "2.08", "2.10", "2.12"])
        #expect(labels(0.8...0.894) == ["0.80", "0.82", "0.84", "0.86", "0.88"])
        #expect(labels(-3...7) == ["-2", "0", "2", "4", "6"])
        #expect(labels(1...450_000) == ["0", "100k", "200k", "300k", "400k"])
        #expect(labels(1_000_001...1_000_005) == ["1000001", "1000002", "1000003", "1000004", "1000005"])
        #expect(labels(1e-7...9e-7) == ["0", "2e-7", "4e-7", "6e-7", "8e-7"])
    }

    /// Where that costs less than a seventh of the room.
    @Test func anAxisBeginsAtZeroWhereItNearlyDoes() {
        #expect(Scale(showing: 1...1000).low == 0)
        #expect(Scale(showing: 300...1000).low == 300)
        #expect(Scale(showing: -1...1000).low == -1)
    }

    @Test func stepsHaveNoHalves() {
        #expect(labels(1...3, atMost: 10, integral: true) == ["1", "2", "3"])
    }

    @Test func aSingleValueLiesInTheMiddle() {
        for value in [0, 5, -5, 0.01, 1e300] as [Double] {
            let scale = Scale(showing: value...value)
            #expect(abs(scale.position(value) - 0.5) < 1e-9, "\(value)")
        }
        #expect(abs(Scale(showing: 7...7, logarithmic: true).position(7) - 0.5) < 1e-9)
    }

    @Test func logarithmicTicks() {
        #expect(labels(0.002...8, logarithmic: true) == ["0.01", "0.1", "1"])
        #expect(labels(0.5...30, logarithmic: true) == ["1", "3", "10", "30"])
        #expect(labels(0.5...30, atMost: 6, logarithmic: true) == ["0.5", "1", "2", "5", "10", "20"])
        // Less than a decade: as on any axis.
        #expect(labels(2...3, logarithmic: true) == ["2.0", "2.5", "3.0"])
        #expect(labels(1e-300...1e300, logarithmic: true).count >= 2)
    }

    @Test(arguments: [false, true]) func everyRangeHasAnAxis(logarithmic: Bool) {
        var random = SeededRandom(seed: 11)
        let edges: [Double] = [
            0, .leastNonzeroMagnitude, .leastNormalMagnitude, 1, 1.0.nextUp, 1e15, 1e15 + 0.125,
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, -1, -.leastNonzeroMagnitude, 0x1p53,
            0x1p53 + 2,
        ]
        func any() -> Double {
            let value =
                Bool.random(using: &random)
                ? edges.randomElement(using: &random) ?? 0 : Double(bitPattern: random.next())
            let size = logarithmic ? abs(value) : value
            return size.isFinite && (!logarithmic || size > 0) ? size : 1
        }
        for _ in 0..<400 {
            let (a, b) = (any(), any())
            let scale = Scale(showing: min(a, b)...max(a, b), logarithmic: logarithmic)
            let (low, high) = (scale.position(min(a, b)), scale.position(max(a, b)))
            #expect(0 <= low && low <= high && high <= 1, "\(a) \(b)")
            for count in [2, 5, 12] {
                let ticks = scale.ticks(atMost: count)
                let isSound = (1...count).contains(ticks.count) && ticks.allSatisfy { $0.label.count <= 24 }
                #expect(isSound, "\(a) \(b): \(ticks)")
            }
        }
    }

    @Test func numbersAreShort() {
        let texts: [(Double, String)] = [
            (0.41234567, "0.4123"), (2.0, "2"), (12345, "12345"), (1.25e-5, "1.25e-5"), (123.45, "123.5"),
            (0.00012, "0.00012"), (1e9, "1e9"), (-0.25, "-0.25"), (-0.0, "0"), (.nan, "nan"),
            (-.infinity, "-inf"),
            (9999.99, "10000"),
        ]
        for (value, text) in texts { #expect(NumberText.short(value) == text) }
    }
}
