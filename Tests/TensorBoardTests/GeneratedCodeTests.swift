// The committed output of protoc-c is what protoc-c makes of proto/.

import Foundation
import TemporaryFolders
import Testing

@Suite struct GeneratedCodeTests {
    /// Other versions of the compiler write other comments and checks.
    static let version = "protobuf-c 1.4.1"

    static let hasCompiler: Bool = {
        let result = try? Peer.run("protoc-c", "--version")
        return result?.status == 0 && result?.output.contains(version) == true
    }()

    @Test(.enabled(if: hasCompiler, "needs protoc-c of \(version)"))
    func protoAndCodeAgree() throws {
        let folder = try TemporaryFolder()
        let protos = try FileManager.default.contentsOfDirectory(atPath: Peer.root.path + "/proto")
            .filter { $0.hasSuffix(".proto") }.sorted()
        let result = try Peer.run(
            ["protoc-c", "--proto_path=proto", "--c_out=\(folder.path)"] + protos.map { "proto/" + $0 })
        #expect(result.status == 0, "\(result.output)")
        for name in protos.map({ String($0.dropLast(6)) }) {
            let committed = Peer.root.path + "/Sources/\(Self.target(of: name))/"
            for (made, kept) in [
                ("\(name).pb-c.c", "\(name).pb-c.c"), ("\(name).pb-c.h", "include/\(name).pb-c.h"),
            ] {
                let made = try String(contentsOfFile: folder.path.string + "/" + made, encoding: .utf8)
                let kept = try String(contentsOfFile: committed + kept, encoding: .utf8)
                #expect(made == kept, "regenerate \(name).pb-c.[ch] with protoc-c")
            }
        }
        let sources = try ["CTensorBoardProto", "CExampleProto"].flatMap {
            try FileManager.default.contentsOfDirectory(atPath: Peer.root.path + "/Sources/\($0)")
        }
        #expect(sources.count { $0.hasSuffix(".c") } == protos.count, "code without a proto file")
    }

    /// TensorBoard's messages are in one, data sets' in another.
    private static func target(of proto: String) -> String {
        proto == "example" ? "CExampleProto" : "CTensorBoardProto"
    }
}
