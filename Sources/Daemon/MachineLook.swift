// Which GPUs there are, asked of `alexnetd doctor --json` in a child: NVIDIA's driver starts threads, holds device files
// and may hang, none of which the daemon can afford.

internal import Foundation
internal import Glibc
internal import Jobs
internal import SystemPackage

enum MachineLook {
    /// Seconds: the first start of a driver without nvidia-persistenced takes several.
    private static let patience = 30.0
    private static let longestReport = 1 << 20

    /// - Returns: a machine without GPUs, and why, where the child says nothing of use in time.
    static func look(_ command: WorkerCommand) -> Machine {
        guard let arguments = command.doctor else { return .cpu(because: "GPUs are not looked for") }
        do {
            let (report, outcome) = try output(command.executable, arguments, command.environment)
            guard let machine = try? Machine(report: report) else {
                return .cpu(
                    because: outcome.map { "`alexnetd doctor` failed (\($0.text))" }
                        ?? "looking for GPUs took more than \(Int(patience)) s; see what nvidia-smi does")
            }
            return machine
        } catch {
            return .cpu(because: "`alexnetd doctor` cannot be run: \(error)")
        }
    }

    /// - Returns: what it wrote to its standard output; how it ended, nil where it had to be killed.
    private static func output(
        _ executable: FilePath, _ arguments: [String], _ environment: [String: String]
    ) throws(DaemonError) -> (report: Data, outcome: WorkerOutcome?) {
        let pipe = try Pipe()
        defer { try? pipe.readEnd.close() }
        let child: Child
        do {
            defer { try? pipe.writeEnd.close() }
            child = try Child(
                executable, arguments: arguments, environment: environment,
                descriptors: [STDOUT_FILENO: pipe.writeEnd])
        }
        let end = ProcessInfo.processInfo.systemUptime + patience
        var report = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while report.count < longestReport, wait(for: pipe.readEnd, until: end) {
            let count = (try? buffer.withUnsafeMutableBytes { try pipe.readEnd.read(into: $0) }) ?? 0
            guard count > 0 else { break }
            report += buffer[..<count]
        }
        let isOver = wait(for: child.ended, until: end)
        if !isOver {
            child.killGroup()
            // Not even that ends a process that hangs in the driver; its end is then nobody's.
            _ = wait(for: child.ended, until: end + 2)
        }
        let outcome = child.reap()
        return (report, isOver ? outcome : nil)
    }

    private static func wait(for descriptor: FileDescriptor, until end: Double) -> Bool {
        while true {
            var source = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
            let left = end - ProcessInfo.processInfo.systemUptime
            guard left > 0 else { return false }
            let count = poll(&source, 1, Int32(left * 1000) + 1)
            if count > 0 { return true }
            guard count == 0 || errno == EINTR else { return false }
        }
    }
}
