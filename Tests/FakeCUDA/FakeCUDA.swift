// A GPU for machines that have none: NVIDIA's libraries, replaced by ones that compute on the CPU (device/). They
// are compiled once for all tests, into the folder of the build, and again when a source is newer.
//
// Environment: FAKE_CUDA_DEVICES, FAKE_CUDA_MEMORY, FAKE_CUDA_CAPABILITY (device/context.cpp), FAKE_CUDA_FAIL
// (device/faults.h).

import Foundation
import SystemPackage

package enum FakeCUDA {
    /// Whether there is a C++ compiler, which the libraries and the kernels need.
    package static let isPossible = compiler != nil

    /// The folder with libcuda.so.1, libnvrtc.so.13, libcublasLt.so.13 and libcudnn.so.9, for
    /// ALEXNETD_CUDA_LIBRARIES.
    package static func folder() throws -> FilePath { try built.get() }

    private static let compiler: String? = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return (path.split(separator: ":") + ["/usr/bin", "/usr/local/bin"]).map { $0 + "/clang++" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    private static let names = ["libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13", "libcudnn.so.9"]

    private static let built = Result<FilePath, any Error> {
        guard let compiler else { throw Failure("no clang++ in PATH") }
        let files = FileManager.default
        let sources = FilePath(#filePath).removingLastComponent().appending("device")
        let program = try files.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = FilePath(program).removingLastComponent().appending("FakeCUDA")
        let library = folder.appending("libfakecuda.so")
        try files.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        if try isOutdated(library, sources: sources) {
            let beside = folder.appending("libfakecuda.\(ProcessInfo.processInfo.processIdentifier).so")
            let texts = try files.contentsOfDirectory(atPath: sources.string).filter { $0.hasSuffix(".cpp") }
            try run(
                compiler,
                [
                    "-std=c++20", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-ffp-contract=off",
                    "-Wall", "-Wextra", "-Wl,-z,defs",
                    "-DFAKE_CUDA_COMPILER=\"\(compiler)\"", "-DFAKE_CUDA_SOURCES=\"\(sources)\"",
                    "-DFAKE_CUDA_CACHE=\"\(folder.appending("kernels"))\"", "-o", beside.string,
                ] + texts.sorted().map { sources.appending($0).string } + ["-ldl", "-lpthread", "-lm"])
            try beside.rename(to: library)
        }
        for name in names where !files.fileExists(atPath: folder.appending(name).string) {
            // Another process may have been quicker.
            try? files.createSymbolicLink(
                atPath: folder.appending(name).string, withDestinationPath: "libfakecuda.so")
        }
        return folder
    }

    /// Whether it is missing, or older than a source or than the program's own headers.
    private static func isOutdated(_ library: FilePath, sources: FilePath) throws -> Bool {
        guard let made = try? changed(library) else { return true }
        let headers = sources.pushing("../../../Sources/CCUDA/include")
        return try [sources, headers].contains { folder in
            try FileManager.default.contentsOfDirectory(atPath: folder.string).contains {
                try changed(folder.appending($0)) > made
            }
        }
    }

    private static func changed(_ file: FilePath) throws -> Date {
        try FileManager.default.attributesOfItem(atPath: file.string)[.modificationDate] as? Date
            ?? .distantPast
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = try Process.run(URL(fileURLWithPath: program), arguments: arguments)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure("the fake GPU does not compile") }
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
        init(_ description: String) { self.description = description }
    }
}

extension FilePath {
    fileprivate func rename(to other: FilePath) throws {
        guard Foundation.rename(string, other.string) == 0 else {
            throw FakeCUDA.Failure("cannot rename \(self) to \(other)")
        }
    }
}
