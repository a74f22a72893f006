// The generator against its authors' known answers, and the properties that runs rely on.

import CKernels
import Randomness
import Testing

@Suite struct PhiloxTests {
    /// From Random123's kat_vectors: philox4x32, 10 rounds.
    static let known: [(counter: [UInt32], key: [UInt32], answer: [UInt32])] = [
        ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
        (
            [.max, .max, .max, .max], [.max, .max],
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        ),
        (
            [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        ),
    ]

    @Test(arguments: known.indices) func knownAnswer(_ index: Int) {
        var output = [UInt32](repeating: 0, count: 4)
        philox4x32(Self.known[index].counter, Self.known[index].key, &output)
        #expect(output == Self.known[index].answer)
    }

    @Test func streamIsCounterAfterCounter() {
        let seed: UInt64 = 0x299f_31d0_a409_3822
        var random = Philox(seed: seed, purpose: .augmentation, major: 7, minor: 9)
        for n in 0..<3 as Range<UInt32> {
            var words = [UInt32](repeating: 0, count: 4)
            philox4x32([n, 7, 9, Purpose.augmentation.rawValue], [0xa409_3822, 0x299f_31d0], &words)
            #expect(words == (0..<4).map { _ in random.word() })
        }
    }

    @Test func everyPartOfTheKeyCounts() {
        var first = Set<UInt64>()
        for (seed, purpose, major, minor) in [
            (1, .dropout, 0, 0), (2, .dropout, 0, 0), (1 << 32 | 1, .dropout, 0, 0), (1, .epochOrder, 0, 0),
            (1, .dropout, 1, 0), (1, .dropout, 0, 1),
        ] as [(UInt64, Purpose, UInt32, UInt32)] {
            var random = Philox(seed: seed, purpose: purpose, major: major, minor: minor)
            first.insert(random.next())
        }
        #expect(first.count == 6)
    }

    @Test func boundsHold() {
        var random = Philox(seed: 3, purpose: .epochOrder)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<7000 { counts[random.below(7)] += 1 }
        #expect(counts.allSatisfy { (850...1150).contains($0) })
        for _ in 0..<1000 { #expect((0..<1).contains(random.uniform())) }
    }
}

@Suite struct FillTests {
    private func normals(_ count: Int, stream: UInt32 = 0) -> [Float] {
        var values = [Float](repeating: .nan, count: count)
        values.withUnsafeMutableBufferPointer {
            Philox.fillNormal($0, seed: 5, purpose: .initialization, stream: stream, mean: 2, deviation: 3)
        }
        return values
    }

    @Test func normalMoments() {
        let z = normals(100_000).map { (Double($0) - 2) / 3 }
        func moment(_ power: Int) -> Double {
            z.map { value in (0..<power).reduce(1) { product, _ in product * value } }.reduce(0, +)
                / Double(z.count)
        }
        #expect(abs(moment(1)) < 0.015)
        #expect(abs(moment(2) - 1) < 0.02)
        #expect(abs(moment(3)) < 0.05)
        #expect(abs(moment(4) - 3) < 0.15)
    }

    @Test func singleNormalsHaveTheSameMoments() {
        var random = Philox(seed: 8, purpose: .augmentation)
        let z = (0..<20_000).map { _ in random.normal() }
        #expect(abs(z.reduce(0, +) / 20_000) < 0.03)
        #expect(abs(z.map { $0 * $0 }.reduce(0, +) / 20_000 - 1) < 0.05)
    }

    /// A shorter fill is the beginning of a longer one, also where it ends inside a group of four.
    @Test(arguments: [0, 1, 2, 3, 4, 5, 101]) func fillIsIndependentOfTheCut(_ count: Int) {
        #expect(normals(count) == Array(normals(128).prefix(count)))
        #expect(count == 0 || normals(count, stream: 1) != normals(count))
    }

    @Test func uniformRange() {
        var values = [Float](repeating: .nan, count: 10_001)
        values.withUnsafeMutableBufferPointer {
            Philox.fillUniform($0, seed: 5, purpose: .initialization, stream: 0, low: -2, high: 6)
        }
        #expect(values.allSatisfy { $0 >= -2 && $0 < 6 })
        #expect(abs(values.reduce(0, +) / 10_001 - 2) < 0.1)
    }
}
