// A folder of libraries with NVIDIA's names that answer a few questions and compute nothing: enough to be found, or not.

import Foundation
import SystemPackage
import TemporaryFolders
import Testing

@testable import ComputeCUDA

struct LibraryFolder {
    private static let compiler = ["/usr/bin/clang", "/usr/bin/cc", "/usr/local/bin/clang"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    static let isPossible = compiler != nil

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var path: FilePath { folder.path }
    var environment: [String: String] { [LibrarySearch.variable: path.string] }
    var search: LibrarySearch { LibrarySearch(environment: environment) }

    func driver(version: Int = 13000, initialization: Int = 0, devices: [String] = ["A", "B"]) throws {
        let uuids = devices.map { "\"\($0)\"" }.joined(separator: ", ")
        try compile(
            "libcuda.so.1", symbols: "cu[A-Z]",
            """
            #include <string.h>
            static const char *const uuids[] = {\(uuids.isEmpty ? "\"\"" : uuids)};
            int cuInit(unsigned f) { return \(initialization); }
            int cuDriverGetVersion(int *v) { *v = \(version); return 0; }
            int cuGetErrorName(int e, const char **n) { *n = "CUDA_ERROR_OF_TEST"; return 0; }
            int cuGetErrorString(int e, const char **n) { *n = "made for a test"; return 0; }
            int cuDeviceGetCount(int *n) { *n = \(devices.count); return 0; }
            int cuDeviceGet(int *d, int i) { *d = i; return 0; }
            int cuDeviceGetName(char *n, int c, int d) { strncpy(n, "GPU of a test", c); return 0; }
            int cuDeviceGetUuid_v2(char *u, int d) { memset(u, 0, 16); strncpy(u, uuids[d], 16); return 0; }
            int cuDeviceTotalMem_v2(unsigned long *b, int d) { *b = 1ul << 34; return 0; }
            int cuDeviceGetAttribute(int *v, int a, int d) { *v = a == 75 ? 9 : a == 76 ? 0 : 132; return 0; }
            """)
    }

    func blas(major: Int) throws {
        try compile(
            "libcublasLt.so.\(major)", symbols: "cublas",
            "unsigned long cublasLtGetVersion(void) { return \(major)0401; }")
    }

    func compiler(major: Int) throws {
        try compile(
            "libnvrtc.so.\(major)", symbols: "nvrtc",
            "int nvrtcVersion(int *a, int *b) { *a = \(major); *b = 2; return 0; }")
    }

    func networks(for major: Int, version: Int = 91900, file: String = "libcudnn.so.9") throws {
        try compile(
            file, symbols: "cudnn",
            """
            unsigned long cudnnGetVersion(void) { return \(version); }
            unsigned long cudnnGetCudartVersion(void) { return \(major)000; }
            """)
    }

    func everything(major: Int) throws {
        try blas(major: major)
        try compiler(major: major)
        try networks(for: major)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path.appending(name).string)
    }

    /// - Parameter symbols: a pattern of the names that the library must have; those that `source` lacks return 1.
    private func compile(_ file: String, symbols: String, _ source: String) throws {
        let wanted = try Self.boundNames().filter { try Regex(symbols).prefixMatch(in: $0) != nil }
        let others = wanted.filter { !source.contains("\($0)(") }.map { "int \($0)(void) { return 1; }" }
        let text = folder.path.appending("\(file).c")
        try Data((source + "\n" + others.joined(separator: "\n")).utf8).write(
            to: URL(fileURLWithPath: text.string))
        let compiling = try Process.run(
            URL(fileURLWithPath: try #require(Self.compiler)),
            arguments: ["-shared", "-fPIC", "-w", "-o", path.appending(file).string, text.string])
        compiling.waitUntilExit()
        try #require(compiling.terminationStatus == 0, "\(text) does not compile")
    }

    /// The names that the tables are filled with.
    private static func boundNames() throws -> [String] {
        let bind = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
            .appending("Sources/CCUDA/bind.c")
        let text = try String(contentsOfFile: bind.string, encoding: .utf8)
        return text.matches(of: /ENTRY\([a-z_]+, "(\w+)"\)/).map { String($0.1) }
    }
}
