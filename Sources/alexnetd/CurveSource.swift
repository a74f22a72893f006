// What RUN on the command line means: a run of the root by its name, or any folder with event files.

import ArgumentParser
import Foundation
import Jobs
import SystemPackage
import TensorBoard

struct CurveSource {
    /// As it was written, without the path where that is clear enough.
    private(set) var name: String
    let folder: FilePath

    /// A source with what its files held.
    struct Run {
        let name: String
        let folder: RunFolder
        let curves: RunCurves
    }

    func read() throws -> Run {
        Run(name: name, folder: RunFolder(folder), curves: try RunCurves(folder: folder))
    }

    /// Whether somebody may still be writing: a worker of ours, or a program that has no lock.
    var mayGrow: Bool {
        let run = RunFolder(folder)
        return FileLock.isHeld(run.lock) || !Self.exists(run.lock)
    }

    /// Each folder once, under names that differ.
    /// - Throws: `ValidationError` saying what there is instead.
    static func all(_ arguments: [String], _ root: RootFolder) throws -> [CurveSource] {
        var sources: [CurveSource] = []
        var written: [String] = []
        for argument in arguments {
            let source = try CurveSource(argument, root)
            if !sources.contains(where: { $0.folder == source.folder }) {
                sources.append(source)
                written.append(argument)
            }
        }
        let names = sources.map(\.name)
        for index in sources.indices where names.count(where: { $0 == names[index] }) > 1 {
            sources[index].name = written[index]
        }
        return sources
    }

    private init(_ argument: String, _ root: RootFolder) throws {
        guard !argument.isEmpty else { throw ValidationError("a run's name is empty") }
        let run = root.run(argument).path
        let path = FilePath.current.pushing(FilePath(argument)).lexicallyNormalized()
        let isName = JobName.isValid(stem: argument)
        if isName, Self.exists(run) {
            folder = run.lexicallyNormalized()
        } else if Self.exists(path) {
            folder = path
        } else {
            throw ValidationError(
                isName
                    ? Self.unknown(argument, root)
                    : "there is no folder \(path); give a run's name or a folder with event files")
        }
        name = folder.lastComponent?.string ?? folder.string
        if !RunCurves.areIn(folder) { throw ValidationError(Self.empty(folder)) }
    }

    private static func exists(_ path: FilePath) -> Bool {
        FileManager.default.fileExists(atPath: path.string)
    }

    private static func names(in folder: FilePath) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []).sorted()
    }

    private static func unknown(_ name: String, _ root: RootFolder) -> String {
        let runs = names(in: root.runs).filter { RunCurves.areIn(root.run($0).path) }
        let start = "there is no run \(name) in \(root.runs)"
        guard !runs.isEmpty else {
            return start + ", nor any other; give --root, or the path of a folder with event files"
        }
        return start + "; nearest: " + nearest(to: name, among: runs, atMost: 3).joined(separator: ", ")
    }

    /// A folder of folders is easily taken for one of them.
    private static func empty(_ folder: FilePath) -> String {
        guard (try? folder.stat().type) == .directory else {
            return "\(folder) is no folder; give the folder that the event file lies in"
        }
        guard FileManager.default.isReadableFile(atPath: folder.string) else {
            return "\(folder) cannot be read; check who may"
        }
        let inner = names(in: folder).filter { RunCurves.areIn(folder.appending($0)) }
        guard !inner.isEmpty else {
            return "there are no event files in \(folder); a run has them once it has made its first step"
        }
        let shown = inner.prefix(4).map { folder.appending($0).string }.joined(separator: " ")
        return "there are no event files in \(folder) itself, but below it: "
            + "alexnetd curves \(shown)" + (inner.count > 4 ? " (and \(inner.count - 4) more)" : "")
    }
}

extension CurveSource.Run {
    /// Says on stderr what of the files is not among the curves: one line a file.
    func report() {
        var lines = curves.reports.filter { !$0.isWhole }.map(\.description)
        if curves.repeated > 0 {
            lines.append(
                "\(name): \(curves.repeated) points came again at a step that had one; the first of each is taken"
            )
        }
        lines.forEach(Output.note)
    }
}
