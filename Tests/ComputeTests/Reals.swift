// Doubles behind a pointer: an Array's subscript costs a debug build ten times as much, and the reference is all loops.

import Foundation

final class Reals {
    let count: Int
    let pointer: UnsafeMutablePointer<Double>

    init(_ count: Int) {
        self.count = count
        pointer = .allocate(capacity: count)
        pointer.initialize(repeating: 0, count: count)
    }

    convenience init(_ values: [Double]) {
        self.init(values.count)
        for (index, value) in values.enumerated() { pointer[index] = value }
    }

    deinit { pointer.deallocate() }

    subscript(_ index: Int) -> Double {
        get { pointer[index] }
        set { pointer[index] = newValue }
    }

    /// A copy, which outlives this object.
    var values: [Double] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

    func map(_ body: (Double) -> Double) -> Reals {
        let result = Reals(count)
        for index in 0..<count { result.pointer[index] = body(pointer[index]) }
        return result
    }

    func map(with other: Reals, _ body: (Double, Double) -> Double) -> Reals {
        let result = Reals(count)
        for index in 0..<count { result.pointer[index] = body(pointer[index], other.pointer[index]) }
        return result
    }
}

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
func exponential(_ x: Double) -> Double { exp(x) }
func logarithm(_ x: Double) -> Double { log(x) }
