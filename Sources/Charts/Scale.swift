// One axis: which values it spans and where a value lies on it. Sound for every finite range, the widest and the
// narrowest that doubles have.

internal import Foundation

struct Scale {
    let low: Double
    let high: Double
    let isLogarithmic: Bool

    /// An axis that shows this range; begins at zero where that costs little room.
    /// - Parameter range: finite; above zero where the axis is logarithmic.
    init(showing range: ClosedRange<Double>, logarithmic: Bool = false) {
        var (low, high) = (range.lowerBound, range.upperBound)
        isLogarithmic = logarithmic
        if logarithmic {
            // A single value in the middle of a decade.
            if low == high { (low, high) = (low / 3, high * 3) }
            low = max(low, .leastNonzeroMagnitude)
        } else if low == high {
            let margin = low == 0 ? 1 : abs(low) * 0.05
            (low, high) = (low - margin, high + margin)
        } else if low > 0, low <= high * 0.15 {
            low = 0
        }
        self.low = low
        self.high = min(high, .greatestFiniteMagnitude)
    }

    /// 0 at the low end, 1 at the high one.
    func position(_ value: Double) -> Double {
        let position: Double
        if isLogarithmic {
            position = (log10(value) - log10(low)) / (log10(high) - log10(low))
        } else {
            // Halves, since the span of two doubles may be more than a double.
            position = (value / 2 - low / 2) / (high / 2 - low / 2)
        }
        return position.isNaN ? 0.5 : min(max(position, 0), 1)
    }
}
