// One curve of a chart: where it goes, and what is said of it.

package struct Series: Sendable {
    /// Why a point cannot be drawn.
    package enum Absence: Sendable {
        /// NaN or an infinity.
        case notFinite
        /// On a logarithmic axis.
        case notPositive
    }

    package let name: String
    /// Not falling; `y` beside it.
    package let x: [Double]
    package let y: [Double]

    /// - Parameters:
    ///   - x: not falling. Where it is not finite the point is not drawn.
    ///   - y: as many.
    package init(_ name: String, x: [Double], y: [Double]) {
        precondition(x.count == y.count)
        (self.name, self.x, self.y) = (name, x, y)
    }

    /// The debiased exponential mean that TensorBoard draws: each point with the weight `1 − weight` of its own, those
    /// before it with the rest. What is not finite stays so and changes nothing behind it; a level curve stays level,
    /// to the last bit.
    /// - Parameter weight: from 0, which leaves everything as it is, to below 1.
    package func smoothed(_ weight: Double) -> Series {
        let finite = y.filter(\.isFinite)
        if finite.allSatisfy({ $0 == finite[0] }) { return self }
        var mean = 0.0
        var share = 1.0
        let smooth = y.map { value in
            guard value.isFinite else { return value }
            mean = mean * weight + value * (1 - weight)
            share *= weight
            return mean / (1 - share)
        }
        return Series(name, x: x, y: smooth)
    }

    /// Whether the point can be drawn, on an axis of that kind.
    func absence(_ index: Int, logarithmic: Bool) -> Absence? {
        guard x[index].isFinite, y[index].isFinite else { return .notFinite }
        return logarithmic && y[index] <= 0 ? .notPositive : nil
    }
}
