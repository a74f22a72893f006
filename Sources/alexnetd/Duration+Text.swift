// Lengths of time as people say them.

extension Duration {
    /// "12 s", "3 min 20 s", "2 h 05 min", "3 d 04 h"; a dash for what is no length of time.
    static func text(seconds: Double) -> String {
        guard seconds.isFinite, (0..<1e9).contains(seconds) else { return "–" }
        let s = Int(seconds.rounded())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        switch s {
        case ..<60: return "\(s) s"
        case ..<3600: return "\(s / 60) min \(two(s % 60)) s"
        case ..<86400: return "\(s / 3600) h \(two(s / 60 % 60)) min"
        default: return "\(s / 86400) d \(two(s / 3600 % 24)) h"
        }
    }

    /// "just now", "45 s ago", "2 min ago", "3 h ago", "2 d ago": what is no longer going on needs no more than that.
    static func ago(seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "–" }
        // Also what another machine's clock has in the future.
        guard seconds >= 2 else { return "just now" }
        let s = Int(seconds)
        switch s {
        case ..<60: return "\(s) s ago"
        case ..<3600: return "\(s / 60) min ago"
        case ..<86400: return "\(s / 3600) h ago"
        default: return "\(s / 86400) d ago"
        }
    }
}
