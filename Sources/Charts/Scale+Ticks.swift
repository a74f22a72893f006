// Round values along an axis, and how they are written.

internal import Foundation

struct Tick {
    let value: Double
    let label: String
}

extension Scale {
    /// - Parameters:
    ///   - count: the most there is room for, at least 2.
    ///   - integral: between whole numbers there are none.
    func ticks(atMost count: Int, integral: Bool = false) -> [Tick] {
        if isLogarithmic, let ticks = logarithmicTicks(atMost: count) { return ticks }
        // Half, since the whole span may be more than a double.
        let least = (high / 2 - low / 2) / (Double(count + 1) / 2)
        for step in Self.roundSteps(from: integral ? max(least, 1) : least) {
            // A multiple of the step is one, whatever its last bits say.
            let (first, last) = ((low / step - 1e-6).rounded(.up), (high / step + 1e-6).rounded(.down))
            guard last - first < Double(count) else { continue }
            // Beyond the digits of a double there are no multiples.
            guard abs(first) < 0x1p53, abs(last) < 0x1p53, first <= last else { break }
            let values = stride(from: first, through: last, by: 1).map { $0 * step }.filter(\.isFinite)
            let notation = TickNotation(step: step, greatest: values.map(abs).max() ?? 0)
            return values.map { Tick(value: $0, label: notation.text($0)) }
        }
        return [low, high].map { Tick(value: $0, label: NumberText.short($0)) }
    }

    /// The next few that are 1, 2 or 5 times a power of ten.
    private static func roundSteps(from least: Double) -> [Double] {
        let power = pow(10, log10(least).rounded(.down))
        return [1, 2, 5, 10, 20, 50].map { $0 * power }
            .filter { $0 >= least * 0.999 && $0 > 0 && $0.isFinite }
    }

    /// Powers of ten, and what lies between them if there is room; nil where that gives fewer than two.
    private func logarithmicTicks(atMost count: Int) -> [Tick]? {
        let decades = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
        func values(_ digits: [Double], every: Int = 1) -> [Double] {
            var values: [Double] = []
            for decade in decades where decade % every == 0 {
                values += digits.map { $0 * pow(10, Double(decade)) }
            }
            return values.filter { $0 > 0 && $0 >= low * 0.999 && $0 <= high * 1.001 }
        }
        let choices = [values([1, 2, 5]), values([1, 3]), values([1])]
        let sparse = (2...max(2, decades.count)).lazy.map { values([1], every: $0) }
        let chosen =
            choices.first { (2...count).contains($0.count) }
            ?? (choices[2].count > count ? sparse.first { $0.count <= count } : nil)
        return chosen?.map { Tick(value: $0, label: NumberText.short($0)) }
    }
}

/// One way of writing for all the ticks of an axis.
private struct TickNotation {
    private let unit: Double
    private let letter: String
    private let decimals: Int
    private let isScientific: Bool

    /// - Parameter greatest: of the sizes of all values.
    init(step: Double, greatest: Double) {
        let greatest = max(greatest, step)
        let (unit, letter): (Double, String) =
            switch greatest {
            case 1e9..<1e12: (1e9, "G")
            case 1e6..<1e9: (1e6, "M")
            case 1e5..<1e6: (1e3, "k")
            default: (1, "")
            }
        func decimals(_ unit: Double) -> Int {
            max(0, -Int((log10(step) - log10(unit) + 1e-6).rounded(.down)))
        }
        // 1,000,001 to 1,000,005 want their digits.
        let usesUnit = decimals(unit) <= 3
        (self.unit, self.letter) = usesUnit ? (unit, letter) : (1, "")
        isScientific = greatest >= 1e12 || decimals(1) > 6
        self.decimals =
            isScientific
            ? min(max(0, Int((log10(greatest) + 1e-6).rounded(.down)) + decimals(1)), 15)
            : decimals(usesUnit ? unit : 1)
    }

    func text(_ value: Double) -> String {
        if value == 0 { return "0" }
        if isScientific { return NumberText.scientific(value, decimals) }
        return NumberText.fixed(value / unit, decimals) + letter
    }
}
