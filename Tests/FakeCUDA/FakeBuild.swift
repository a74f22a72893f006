// From device/*.cpp to libfakecuda.so: an object for each source that is newer than its own, as many at a time as there are
// processors, then the library, which is renamed into its place when it is whole.

import Foundation
import SystemPackage

struct FakeBuild {
    let compiler: String
    let folder: FilePath

    private var sources: FilePath { FilePath(#filePath).removingLastComponent().appending("device") }
    private var library: FilePath { folder.appending("libfakecuda.so") }

    func run() throws {
        let texts = try files(in: sources)
        // Every object depends on every header, the program's own included.
        let headers =
            texts.filter { $0.extension == "h" }
            + (try files(in: sources.pushing("../../../Sources/CCUDA/include")))
        let newest = try headers.map(changed).max() ?? .distantPast
        let pairs = texts.filter { $0.extension == "cpp" }.map { ($0, object($0)) }
        let outdated = try pairs.filter { source, object in
            guard let made = try? changed(object) else { return true }
            return try made < max(changed(source), newest)
        }
        let made = (try? changed(library)) ?? .distantPast
        let isCurrent = try outdated.isEmpty && pairs.allSatisfy { try changed($0.1) <= made }
        guard !isCurrent else { return }
        let width = max(1, ProcessInfo.processInfo.activeProcessorCount)
        for start in stride(from: 0, to: outdated.count, by: width) {
            let running = try outdated[start..<min(start + width, outdated.count)].map { source, object in
                try started(flags + ["-c", "-o", object.string, source.string])
            }
            try running.forEach(wait)
        }
        let beside = folder.appending("libfakecuda.so.new")
        try wait(
            try started(
                ["-shared", "-Wl,-z,defs", "-o", beside.string] + pairs.map(\.1.string)
                    + ["-ldl", "-lpthread", "-lm"]))
        guard rename(beside.string, library.string) == 0 else {
            throw FakeCUDA.Failure("cannot rename \(beside)")
        }
    }

    private var flags: [String] {
        [
            "-std=c++20", "-O2", "-fPIC", "-fvisibility=hidden", "-ffp-contract=off", "-Wall", "-Wextra",
            "-DFAKE_CUDA_COMPILER=\"\(compiler)\"", "-DFAKE_CUDA_SOURCES=\"\(sources)\"",
            "-DFAKE_CUDA_CACHE=\"\(folder.appending("kernels"))\"",
        ]
    }

    private func object(_ source: FilePath) -> FilePath { folder.appending("\(source.stem ?? "").o") }

    private func files(in folder: FilePath) throws -> [FilePath] {
        try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted().map {
            folder.appending($0)
        }
    }

    private func changed(_ file: FilePath) throws -> Date {
        try FileManager.default.attributesOfItem(atPath: file.string)[.modificationDate] as? Date
            ?? .distantPast
    }

    private func started(_ arguments: [String]) throws -> Process {
        try Process.run(URL(fileURLWithPath: compiler), arguments: arguments)
    }

    private func wait(_ process: Process) throws {
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw FakeCUDA.Failure("the fake GPU does not compile: \(process.arguments ?? [])")
        }
    }
}
