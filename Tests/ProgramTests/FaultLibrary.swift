// faults.c, compiled once for all tests, into the folder of the build.

import Foundation
import SystemPackage
import Testing

enum FaultLibrary {
    private static let compiler = ["/usr/bin/clang", "/usr/bin/cc", "/usr/local/bin/clang"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    static let isPossible = compiler != nil

    private static let library = Result<FilePath, any Error> {
        let source = FilePath(#filePath).removingLastComponent().appending("faults.c")
        let library = Program.alexnetd.removingLastComponent().appending("faults.so")
        let compiling = try Process.run(
            URL(fileURLWithPath: try #require(compiler)),
            arguments: ["-shared", "-fPIC", "-O1", "-o", library.string, source.string, "-ldl"])
        compiling.waitUntilExit()
        try #require(compiling.terminationStatus == 0, "\(source) does not compile")
        return library
    }

    static func path() throws -> FilePath { try library.get() }

    /// Whether the long form of these tests is asked for: every call, every byte, hundreds of cuts.
    static let isLong = ProcessInfo.processInfo.environment["ALEXNETD_LONG"] != nil
}
