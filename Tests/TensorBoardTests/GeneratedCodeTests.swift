// The committed output of protoc-c is what protoc-c makes of proto/.

import Foundation
import Testing

@Suite struct GeneratedCodeTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Other versions of the compiler write other comments and checks.
    static let version = "protobuf-c 1.4.1"

    static func run(_ arguments: [String], in folder: URL) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    static let hasCompiler: Bool = {
        let result = try? run(["protoc-c", "--version"], in: root)
        return result?.status == 0 && result?.output.contains(version) == true
    }()

    @Test(.enabled(if: hasCompiler, "needs protoc-c of \(version)"))
    func protoAndCodeAgree() throws {
        let folder = try TemporaryFolder()
        let protos = try FileManager.default.contentsOfDirectory(atPath: Self.root.path + "/proto")
            .filter { $0.hasSuffix(".proto") }.sorted()
        let result = try Self.run(
            ["protoc-c", "--proto_path=proto", "--c_out=\(folder.path)"] + protos.map { "proto/" + $0 },
            in: Self.root)
        #expect(result.status == 0, "\(result.output)")
        let committed = Self.root.path + "/Sources/CTensorBoardProto/"
        for name in protos.map({ String($0.dropLast(6)) }) {
            for (made, kept) in [
                ("\(name).pb-c.c", "\(name).pb-c.c"), ("\(name).pb-c.h", "include/\(name).pb-c.h"),
            ] {
                let made = try String(contentsOfFile: folder.path.string + "/" + made, encoding: .utf8)
                let kept = try String(contentsOfFile: committed + kept, encoding: .utf8)
                #expect(made == kept, "regenerate \(name).pb-c.[ch] with protoc-c")
            }
        }
        let sources = try FileManager.default.contentsOfDirectory(atPath: committed).filter {
            $0.hasSuffix(".c")
        }
        #expect(sources.count == protos.count, "code without a proto file")
    }
}
