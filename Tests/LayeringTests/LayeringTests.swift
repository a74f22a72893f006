// The architecture, held by a test: targets have levels and arrows only point down; modules from outside stay where
// they belong; escapes from the language's checks have a budget.

import Testing

@Suite struct LayeringTests {
    static let levels: [[String]] = [
        [
            "COpenBLAS", "CProtobufC", "CZlib", "CKernels", "CJPEG", "CTensorBoardProto", "CExampleProto",
            "CLinux", "CCUDA",
        ],
        ["Randomness", "Records", "Files", "JSON", "CSV", "Tar", "Systemd", "Charts"],
        ["Checkpoints", "Networks", "Images"],
        ["Jobs", "TensorBoard", "Compute", "Datasets", "Figures", "Weights"],
        ["ComputeCPU", "ComputeCUDA", "InputPipeline", "Preparation", "Spool"],
        ["Daemon", "Training"],
        ["alexnetd"],
    ]

    /// Modules from outside the package, and the targets that may import them; nil for all.
    static let outside: [String: Set<String>?] = [
        "Logging": ["Systemd", "Daemon", "alexnetd"],
        "ArgumentParser": ["alexnetd"],
        "Yams": ["Jobs"],
        "Crypto": ["Checkpoints", "Datasets", "Preparation", "ComputeCUDA"],
        "SystemPackage": nil,
        // Of the toolchain.
        "Foundation": nil, "Synchronization": nil, "Dispatch": nil, "Glibc": nil, "Darwin": nil,
    ]

    private static func level(_ target: String) -> Int? { levels.firstIndex { $0.contains(target) } }

    @Test func everyTargetHasALevelAndEveryLevelItsTargets() throws {
        #expect(try SourceTree.targets().sorted() == Self.levels.joined().sorted())
    }

    @Test func arrowsPointDown() throws {
        let files = try SourceTree.files("Sources", ".swift")
        #expect(files.count > 50, "the sources were not found")
        for file in files {
            let own = try #require(Self.level(file.target), "\(file) belongs to no target")
            for module in file.imports.map(\.module) {
                if let level = Self.level(module) {
                    #expect(level < own, "\(file) of level \(own) imports \(module) of level \(level)")
                } else if let allowed = Self.outside[module] {
                    #expect(allowed?.contains(file.target) ?? true, "\(file) must not import \(module)")
                } else {
                    Issue.record("\(file) imports \(module), which this test does not know")
                }
            }
        }
    }

    /// So that no client sees a C type, and none needs the C headers.
    @Test func cModulesStayInside() throws {
        let modules = Set(Self.levels[0])
        for file in try SourceTree.files("Sources", ".swift") {
            for line in file.imports where modules.contains(line.module) {
                #expect(
                    ["internal", "private", "fileprivate"].contains(line.access),
                    "\(file): write “internal import \(line.module)”")
            }
        }
    }

    @Test func escapesFromConcurrencyCheckingAreCounted() throws {
        let lines = try SourceTree.files("Sources", ".swift").flatMap { file in
            file.lines.map { (file: file.path, text: $0) }
        }
        let unchecked = lines.filter { $0.text.contains("@unchecked Sendable") }
        #expect(unchecked.count <= 10, "\(unchecked.map(\.file))")
        for line in unchecked { #expect(line.text.contains("//"), "\(line.file): say why it is safe") }
        #expect(lines.filter { $0.text.contains("nonisolated(" + "unsafe)") }.map(\.file) == [])
    }

    @Test func noFileIsLong() throws {
        let files =
            try SourceTree.files("Sources", ".swift", ".c", ".h") + SourceTree.files("Tests", ".swift", ".py")
        for file in files { #expect(file.lines.count <= 450, "\(file) has \(file.lines.count) lines") }
    }

    @Test(arguments: [
        ("import Foundation", Import(access: nil, module: "Foundation")),
        ("  internal import CKernels  // why", Import(access: "internal", module: "CKernels")),
        ("@testable import Networks", Import(access: nil, module: "Networks")),
        (
            "@preconcurrency package import struct Foundation.Data",
            Import(access: "package", module: "Foundation")
        ),
        ("@_spi(Testing) private import Glibc", Import(access: "private", module: "Glibc")),
        ("// import Foundation", nil), ("let imports = 3", nil), ("important()", nil),
    ])
    func importsAreRead(_ line: String, _ expected: Import?) {
        #expect(Import(line[...]) == expected)
    }
}
