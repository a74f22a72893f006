// Numbers as a person reads them in a chart.

internal import Foundation

package enum NumberText {
    /// About four significant digits: "0.4123", "2.08", "12345", "1.2e-05".
    package static func short(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        let size = abs(value)
        if size < 1e7, value == value.rounded() { return fixed(value, 0) }
        guard (1e-4..<1e7).contains(size) else { return scientific(value, 2) }
        return withoutTrailingZeros(fixed(value, max(0, 3 - Int(log10(size).rounded(.down)))))
    }

    static func fixed(_ value: Double, _ decimals: Int) -> String {
        // No "-0".
        let text = String(format: "%.\(decimals)f", value)
        return text.hasPrefix("-") && text.allSatisfy { "-0.".contains($0) } ? String(text.dropFirst()) : text
    }

    /// "1.5e-07", "3e12": no needless zeros.
    static func scientific(_ value: Double, _ decimals: Int) -> String {
        let parts = String(format: "%.\(decimals)e", value).split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return "\(value)" }
        return withoutTrailingZeros(String(parts[0])) + "e\(exponent)"
    }

    private static func withoutTrailingZeros(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var short = text[...]
        while short.last == "0" { short.removeLast() }
        if short.last == "." { short.removeLast() }
        return String(short)
    }
}
