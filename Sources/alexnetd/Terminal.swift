// What stands at the other end of stdout, as far as a picture made of characters must know.

import Charts
import Foundation
import Glibc

struct Terminal {
    private static let environment = ProcessInfo.processInfo.environment

    let isTerminal = isatty(STDOUT_FILENO) == 1

    /// Asked anew each time: a person may have changed it. Nil where stdout is no terminal.
    var size: (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return nil
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Unicode where the locale has it; colours in a terminal that has them, unless NO_COLOR (no-color.org) is set.
    var style: ChartStyle {
        let isPlain = Self.set("NO_COLOR") != nil || Self.environment["TERM"] == "dumb"
        return ChartStyle(isUnicode: Self.isUTF8, isColored: isTerminal && !isPlain)
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
