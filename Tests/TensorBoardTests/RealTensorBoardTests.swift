// TensorBoard itself, where python3 has it: every reader shows a run of several crashes as one clean curve.

import Foundation
import Networks
import SystemPackage
import TemporaryFolders
import TensorBoard
import Testing

@Suite struct RealTensorBoardTests {
    static let isInstalled = (try? Peer.run("python3", "-c", "import tensorboard"))?.status == 0

    /// Steps from the checkpoint on, with an evaluation each hundredth; a process that ends without closing its log.
    func attempt(_ folder: FilePath, after checkpoint: Int, through last: Int, tearing bytes: Int) throws {
        let log = try RunLog(folder: folder, resumingAfter: checkpoint) { _ in }
        log.graph(
            NetworkGraph(
                AlexNet.network(.alexnet, classes: 257), optimizer: "SGD", device: "/device:CPU:0"))
        try log.text("job", "| key | value |\n|---|---|\n| model | `alexnet` |", step: checkpoint)
        for step in checkpoint + 1...last {
            try log.scalar("train/loss", step == 7 ? 0 : 6 / Double(step), step: step)
            try log.scalar("train/learning_rate", 0.01, step: step)
            try log.scalar("system/images_per_second", 400 + Double.random(in: 0..<1), step: step)
            if step % 100 == 0 { try log.scalar("validation/top1_error", 1 / Double(step), step: step) }
            if step % 50 == 0 { try log.flush() }
        }
        try log.flush()
        guard bytes > 0 else { return }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
        let file = try FileDescriptor.open(folder.appending(try #require(files.last)), .readWrite)
        defer { try? file.close() }
        try file.resize(to: file.seek(offset: 0, from: .end) - Int64(bytes))
    }

    @Test(.enabled(if: isInstalled, "needs TensorBoard: pip install tensorboard"))
    func everyReaderShowsEachPointOnce() throws {
        let interrupted = try TemporaryFolder()
        let whole = try TemporaryFolder()
        for folder in [interrupted, whole] {
            try FileManager.default.createDirectory(
                atPath: folder.path.appending("first/checkpoints").string, withIntermediateDirectories: true)
        }
        let run = interrupted.path.appending("first")
        try attempt(run, after: 0, through: 1340, tearing: 11)
        try attempt(run, after: 1000, through: 1210, tearing: 0)
        try attempt(run, after: 1000, through: 1700, tearing: 40)
        try attempt(run, after: 900, through: 2000, tearing: 0)
        try attempt(whole.path.appending("first"), after: 0, through: 2000, tearing: 0)
        let check = try Peer.run(
            "python3", "Tests/ProgramTests/tensorboard_check.py", interrupted.path.string, "--same-as",
            whole.path.string)
        #expect(check.status == 0, "\(check.output)")
    }
}
