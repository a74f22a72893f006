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

    package init(_ settings: Settings) {
        let root = RootFolder(settings.root)
        checkFolders(root)
        checkHooks(root.hooks)
        if let metrics = settings.metrics { checkMetrics(metrics) }
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
        let jobs = JobFolder.Place.allCases.map { JobFolder(root).path($0) }
        var sound: [FilePath] = []
        for folder in [root.path] + jobs + [root.runs, root.cache] {
            // What is wrong with a folder is wrong with all that are missing below it.
            if let problem = Self.problem(with: folder) {
                if !problems.contains(problem) { problems.append(problem) }
            } else {
                sound.append(folder)
            }
        }
        let devices = Set(sound.filter(jobs.contains).compactMap(Self.device))
        if devices.count > 1 {
            problems.append("\(root.jobs) and its folders lie on several file systems; keep them on one")
        }
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
