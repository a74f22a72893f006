// Counter-based random numbers. A draw is a pure function of what it is for (seed, purpose, and two numbers such as
// epoch and sample), so no order of calls, thread or restart can change it.

internal import CKernels

/// What a stream of random numbers is for. The raw values are part of every run's identity: never renumber them.
package enum Purpose: UInt32, Sendable {
    case initialization = 1
    case epochOrder = 2
    case augmentation = 3
    case dropout = 4
    case syntheticImages = 5
    // Of preparing records.
    case validationSplit = 32
    case recordOrder = 33
}

/// A sequence of 32-bit words from Philox4x32-10 at counter (n, c1, c2, purpose), n = 0, 1, 2…
package struct Philox: RandomNumberGenerator, Sendable {
    private var counter: (UInt32, UInt32, UInt32, UInt32)
    private let key: (UInt32, UInt32)
    private var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    private var used = 4

    /// - Parameters:
    ///   - seed: the job's seed.
    ///   - major: for example the epoch. - minor: for example the sample's index.
    package init(seed: UInt64, purpose: Purpose, major: UInt32 = 0, minor: UInt32 = 0) {
        counter = (0, major, minor, purpose.rawValue)
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    }

    package mutating func word() -> UInt32 {
        if used == 4 {
            let input: [UInt32] = [counter.0, counter.1, counter.2, counter.3]
            var output: [UInt32] = [0, 0, 0, 0]
            philox4x32(input, [key.0, key.1], &output)
            words = (output[0], output[1], output[2], output[3])
            counter.0 &+= 1
            used = 0
        }
        defer { used += 1 }
        switch used {
        case 0: return words.0
        case 1: return words.1
        case 2: return words.2
        default: return words.3
        }
    }

    /// Goes to a place of the sequence, forwards or back.
    /// - Parameter word: a multiple of four.
    package mutating func skip(to word: UInt32) {
        precondition(word.isMultiple(of: 4), "words come in fours")
        (counter.0, used) = (word / 4, 4)
    }

    package mutating func next() -> UInt64 { UInt64(word()) << 32 | UInt64(word()) }

    /// Uniform in [0, 1), 24 bits.
    package mutating func uniform() -> Float { Float(word() >> 8) * 0x1p-24 }

    /// Uniform in 0..<bound without bias worth naming (64-bit multiply-shift).
    package mutating func below(_ bound: Int) -> Int {
        Int((UInt64(word()) * UInt64(bound)) >> 32)
    }

    /// A normal deviate, mean 0, deviation 1 (Box-Muller; the second of each pair is thrown away).
    package mutating func normal() -> Double {
        let radius = (-2 * Self.log((Double(word()) + 1) * 0x1p-32)).squareRoot()
        return radius * Self.cos(2 * Double.pi * Double(word()) * 0x1p-32)
    }
}
