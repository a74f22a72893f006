// What a picture made of characters may use on this standard output.

import Charts
import Foundation

extension ChartStyle {
    private static let environment = ProcessInfo.processInfo.environment

    /// Unicode where the locale has it; colours in a terminal that has them, unless NO_COLOR (no-color.org) is set.
    static var ofTerminal: ChartStyle {
        let isPlain = set("NO_COLOR") != nil || environment["TERM"] == "dumb"
        return ChartStyle(isUnicode: isUTF8, isColored: Output.isTerminal && !isPlain)
    }

    /// As locale(7) has it: the first of these that is set counts.
    private static var isUTF8: Bool {
        let locale = set("LC_ALL") ?? set("LC_CTYPE") ?? set("LANG") ?? "C"
        return locale.lowercased().replacingOccurrences(of: "-", with: "").contains("utf8")
    }

    private static func set(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
