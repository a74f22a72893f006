// Which tags are shown, and which of them share a chart: training and validation of one metric do.

import ArgumentParser
import Charts
import Glibc
import Jobs
import TensorBoard

struct CurveSelection {
    /// What one chart holds.
    struct Group {
        let metric: String
        /// With what tells it from the others of the group: "train", nil where it is alone.
        fileprivate(set) var tags: [(tag: String, part: String?)]
    }

    /// By their bytes.
    let tags: [String]
    let groups: [Group]
    /// Tags left out because nobody asked for them by name.
    let omitted: Int

    private static let main = ["loss", "error/top1", "learning_rate"]
    /// Charts that are drawn of a run that has none of the main tags.
    private static let most = 4
    /// Parts of a metric, in the order of a legend.
    private static let parts = ["train", "training", "validation", "val", "valid", "eval", "test"]

    /// - Parameter all: without patterns every tag, else the main ones.
    /// - Throws: `ValidationError` where a pattern has no tag, with the nearest.
    init(_ runs: [CurveSource.Run], _ patterns: [String], all: Bool) throws {
        let known = Set(runs.flatMap { $0.curves.curves.map(\.tag) })
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard !known.isEmpty else {
            throw ValidationError(
                "there is no scalar in the event files of " + runs.map(\.name).joined(separator: ", "))
        }
        for pattern in patterns where !known.contains(where: { Self.matches($0, pattern) }) {
            throw ValidationError(
                "no tag matches \(pattern); nearest: "
                    + nearest(to: pattern, among: known, atMost: 5).map(\.printable)
                    .joined(separator: ", "))
        }
        let wanted = patterns.isEmpty ? all ? ["*"] : Self.main : patterns
        let matching = known.filter { tag in wanted.contains { Self.matches(tag, $0) } }
        if !patterns.isEmpty || !matching.isEmpty {
            (tags, groups, omitted) = (matching, Self.grouped(matching), 0)
        } else {
            // Another program's run, whose main metrics nobody knows.
            groups = Array(Self.grouped(known).prefix(Self.most))
            tags = groups.flatMap { $0.tags.map(\.tag) }
            omitted = known.count - tags.count
        }
    }

    /// A tag, its beginning up to a slash, its metric, or a pattern as glob(7) has them, where * takes slashes too.
    private static func matches(_ tag: String, _ pattern: String) -> Bool {
        tag == pattern || tag.hasPrefix(pattern + "/") || split(tag).metric == pattern
            || fnmatch(pattern, tag, 0) == 0
    }

    /// "loss/train" and "train/loss" are the metric loss and its part train.
    private static func split(_ tag: String) -> (metric: String, part: String?) {
        let words = tag.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard words.count > 1, let first = words.first, let last = words.last else { return (tag, nil) }
        if parts.contains(last.lowercased()) { return (words.dropLast().joined(separator: "/"), last) }
        if parts.contains(first.lowercased()) { return (words.dropFirst().joined(separator: "/"), first) }
        return (tag, nil)
    }

    /// The main metrics first, then by name.
    private static func grouped(_ tags: [String]) -> [Group] {
        var groups: [Group] = []
        for tag in tags {
            let (metric, part) = split(tag)
            if let index = groups.firstIndex(where: { $0.metric == metric }) {
                groups[index].tags.append((tag, part))
            } else {
                groups.append(Group(metric: metric, tags: [(tag, part)]))
            }
        }
        func place(_ part: String?) -> Int { part.flatMap { parts.firstIndex(of: $0.lowercased()) } ?? -1 }
        func place(_ group: Group) -> Int { main.firstIndex(of: group.metric) ?? main.count }
        for index in groups.indices { groups[index].tags.sort { place($0.part) < place($1.part) } }
        return groups.sorted { (place($0), $0.metric) < (place($1), $1.metric) }
    }
}
