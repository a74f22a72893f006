// How much memory this process may use: the machine's, or less where its control group (a systemd unit's MemoryMax, a
// container's limit) says so.

internal import Foundation
internal import SystemPackage

package enum MachineMemory {
    /// In bytes.
    package static let limit: Int = min(
        Int(clamping: ProcessInfo.processInfo.physicalMemory),
        controlGroupLimit(
            groups: "/sys/fs/cgroup", membership: text("/proc/self/cgroup") ?? ""))

    /// - Parameters:
    ///   - groups: where cgroup2 is mounted.
    ///   - membership: as /proc/self/cgroup has it: a line "0::/system.slice/some.service".
    /// - Returns: the lowest memory.max of the group and those around it; `Int.max` where there is none.
    static func controlGroupLimit(groups: FilePath, membership: String) -> Int {
        guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else {
            return .max
        }
        var group = groups.pushing(FilePath(String(line.dropFirst("0::/".count))))
        var limit = Int.max
        while group.starts(with: groups) {
            let written = text(group.appending("memory.max").string)?.trimmingCharacters(
                in: .whitespacesAndNewlines)
            limit = min(limit, written.flatMap(Int.init) ?? .max)
            guard group.removeLastComponent() else { break }
        }
        return limit
    }

    private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
