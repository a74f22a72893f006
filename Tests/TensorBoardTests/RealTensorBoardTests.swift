// TensorBoard itself, where $PYTHON has it: every reader shows a run of several crashes as one clean curve.

import Foundation
import Networks
import SystemPackage
import TemporaryFolders
import TensorBoard
import Testing

@Suite struct RealTensorBoardTests {
    /// Steps from the checkpoint on, of a process that ends without closing its log.
    func attempt(_ folder: FilePath, after checkpoint: Int, through last: Int, tearing bytes: Int) throws {
        let log = try RunLog(folder: folder, resumingAfter: checkpoint) { _ in }
        try EveryKind.write(log, after: checkpoint, through: last)
        if last == 2000 { log.succeeded() }
        try log.flush()
        guard bytes > 0 else { return }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
        let file = try FileDescriptor.open(folder.appending(try #require(files.last)), .readWrite)
        defer { try? file.close() }
        try file.resize(to: file.seek(offset: 0, from: .end) - Int64(bytes))
    }

    @Test(.enabled(if: Peer.hasTensorBoard, "needs TensorBoard: pip install tensorboard"))
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
            Peer.python, "Tests/ProgramTests/tensorboard_check.py", interrupted.path.string, "--same-as",
            whole.path.string)
        #expect(check.status == 0, "\(check.output)")
    }
}
