// TensorBoard's own reader, where there is a Python that has it: the very same points, bit for bit.

import Foundation
import SystemPackage
import TemporaryFolders
import TensorBoard
import Testing

@Suite struct RunCurvesPeerTests {
    static let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"
    static let isInstalled = (try? Peer.run(python, "-c", "import tensorboard"))?.status == 0

    static let script = """
        import struct, sys
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
        events.Reload()
        for tag in sorted(events.Tags()["scalars"]):
            for e in events.Scalars(tag):
                print(tag, e.step, struct.pack(">d", e.wall_time).hex(), struct.pack(">d", e.value).hex())
        """

    /// Two attempts, the first of which tore its last record.
    @Test(.enabled(if: isInstalled, "needs TensorBoard: pip install tensorboard"))
    func theSamePointsAsTensorBoards() throws {
        let folder = try TemporaryFolder()
        for (first, last) in [(0, 400), (300, 700)] {
            let log = try RunLog(folder: folder.path, resumingAfter: first) { _ in }
            for step in first + 1...last {
                try log.scalar("loss/train", 6 / Double(step), step: step)
                try log.scalar("größe", step == 7 ? -.infinity : Double(step) / 3, step: step)
            }
            try log.close()
            let file = try #require(try folder.eventFiles().last)
            let size = try folder.contents(file).count
            if last == 400 { #expect(truncate(file.string, size - 7) == 0) }
        }
        func hex(_ value: Double) -> String {
            let digits = String(value.bitPattern, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        let curves = try RunCurves(folder: folder.path)
        let lines = curves.curves.flatMap { curve in
            curve.steps.indices.map {
                "\(curve.tag) \(curve.steps[$0]) \(hex(curve.wallTimes[$0])) \(hex(curve.values[$0]))"
            }
        }
        let theirs = try Peer.run(Self.python, "-c", Self.script, folder.path.string)
        #expect(lines.count == 1400)
        #expect(
            theirs.output.split(separator: "\n").map(String.init) == lines, "\(theirs.output.suffix(2000))")
    }
}
