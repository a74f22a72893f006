// Whether a daemon could work with its settings, found out without changing anything: `serve --check`.

internal import Foundation
internal import Glibc
internal import Jobs
internal import Spool
internal import SystemPackage

package struct SettingsCheck: Sendable {
    /// Each is reason enough not to start.
    package private(set) var problems: [String] = []
    /// Good to know.
    package private(set) var notes: [String] = []

    package init(_ settings: Settings, environment: [String: String] = ProcessInfo.processInfo.environment) {
        let root = RootFolder(settings.root)
        checkFolders(root)
        checkHooks(root.hooks)
        if let metrics = settings.metrics { checkMetrics(metrics) }
        checkVariables(environment)
        if FileLock.isHeld(root.lock) {
            let holder = FileLock.holder(of: root.lock).map { "process \($0)" } ?? "another process"
            notes.append("\(root.path) is served by \(holder) now")
        }
        if geteuid() == 0 {
            notes.append(
                "checked as root, who may do anything; check as the user that the daemon is to run as")
        }
    }

    private mutating func checkFolders(_ root: RootFolder) {
        // What is wrong with a folder is wrong with all below it, and told once.
        guard isUsable(root.path) else { return }
        let jobs = JobFolder.Place.allCases.map { JobFolder(root).path($0) }
        if isUsable(root.jobs) {
            let usable = jobs.filter { $0 == root.jobs || isUsable($0) }
            if Set(usable.compactMap(Self.device)).count > 1 {
                problems.append("\(root.jobs) and its folders lie on several file systems; keep them on one")
            }
        }
        for folder in [root.runs, root.cache] { _ = isUsable(folder) }
    }

    /// Whether the daemon can work in a folder, made if it is missing; the problem is kept.
    private mutating func isUsable(_ folder: FilePath) -> Bool {
        guard let problem = Self.problem(with: folder) else { return true }
        problems.append(problem)
        return false
    }

    private mutating func checkHooks(_ folder: FilePath) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
        for name in names.sorted() where !name.hasPrefix(".") {
            if Hooks.State(rawValue: name) == nil {
                let states = Hooks.State.allCases.map(\.rawValue).joined(separator: ", ")
                notes.append("\(folder.appending(name)) is never run: a hook's name is one of \(states)")
            } else if case .refused(let reason) = HookFile(folder.appending(name)) {
                problems.append(reason)
            }
        }
    }

    private mutating func checkMetrics(_ path: FilePath) {
        let folder = path.removingLastComponent()
        if Self.isFolder(path) {
            problems.append("the metrics file \(path) is a folder; name a file in it")
        } else if !Self.isFolder(folder) {
            problems.append("the metrics file's folder \(folder) does not exist; make it")
        } else if access(folder.string, W_OK | X_OK) != 0 {
            problems.append(
                "the metrics file's folder \(folder) cannot be written to (\(Errno(rawValue: errno)))")
        }
        if path.extension != "prom" {
            notes.append("node-exporter reads no metrics file but NAME.prom, and so not \(path)")
        }
    }

    /// A misspelt variable is no error, since hooks have some of their own; so at least it is seen.
    private mutating func checkVariables(_ environment: [String: String]) {
        let known = Settings.keys.map(\.variable) + ["ALEXNETD_CONFIG"]
        let others = environment.keys.filter { $0.hasPrefix("ALEXNETD_") && !known.contains($0) }
        guard !others.isEmpty else { return }
        notes.append(
            "no settings, but given to hooks: " + others.sorted().map { "$\($0)" }.joined(separator: ", "))
    }

    /// Why a folder, made if it is missing, could not be worked in.
    private static func problem(with folder: FilePath) -> String? {
        var facts = stat()
        if stat(folder.string, &facts) == 0 {
            guard facts.st_mode & S_IFMT == S_IFDIR else { return "\(folder) is no folder; move it away" }
            if access(folder.string, R_OK | W_OK | X_OK) == 0 { return nil }
            return "\(folder) cannot be read and written by this user (\(Errno(rawValue: errno)))"
        }
        let reason = Errno(rawValue: errno)
        guard [.noSuchFileOrDirectory, .notDirectory].contains(reason),
            let nearest = nearestEntry(above: folder)
        else {
            return "\(folder) cannot be looked at (\(reason))"
        }
        guard isFolder(nearest) else { return "\(nearest) is no folder; move it away" }
        if access(nearest.string, W_OK | X_OK) == 0 { return nil }
        return "nothing can be made in \(nearest) by this user (\(Errno(rawValue: errno)))"
    }

    private static func nearestEntry(above path: FilePath) -> FilePath? {
        var path = path
        while path.lastComponent != nil {
            path.removeLastComponent()
            if access(path.string, F_OK) == 0 { return path }
        }
        return nil
    }

    private static func isFolder(_ path: FilePath) -> Bool {
        var facts = stat()
        return stat(path.string, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    private static func device(_ path: FilePath) -> dev_t? {
        var facts = stat()
        return stat(path.string, &facts) == 0 ? facts.st_dev : nil
    }
}
