// The paper's network at its full size, 61 million parameters and half a gigabyte a checkpoint, through one fault of each
// kind; all else of this family is small. With ALEXNETD_LONG=1 only: some minutes.

import Foundation
import SystemPackage
import TemporaryFolders
import Testing

extension WholeProgram {
    @Suite(.enabled(if: FaultLibrary.isPossible && FaultLibrary.isLong, "long"))
    struct FullSizeTests {
        /// What befalls the first attempt, and how that ends.
        private static let faults: [(rule: Faults.Rule, end: Program.End)] = [
            (
                Faults.Rule(calls: "write", path: "/optimizer.safetensors", effect: .kill, first: 40),
                .killed(SIGKILL)
            ),
            (Faults.Rule(calls: "rename", path: "/step-00000006", effect: .kill), .killed(SIGKILL)),
            (Faults.Rule(calls: "write", path: "tfevents", effect: .kill, first: 3), .killed(SIGKILL)),
            (Faults.Rule(calls: "unlink", path: "/.tmp-removing", effect: .kill), .killed(SIGKILL)),
            (
                Faults.Rule(calls: "write", path: "/model.safetensors", effect: .error("ENOSPC"), first: 20),
                .exited(0)
            ),
            (Faults.Rule(calls: "write", path: "tfevents", effect: .error("ENOSPC"), first: 2), .exited(0)),
            (Faults.Rule(calls: "fsync", path: "/model.safetensors", effect: .error("EIO")), .exited(0)),
        ]

        @Test func aRunEndsAsIfNothingHadBeen() async throws {
            let reference = try Workplace()
            let job = reference.job.with("width", "1.0").with("checkpoint", "{every: 3 steps, keep: 1}")
                .with("epochs", "1").with("log", "{every: 2 steps, histograms: 4 steps, images: 1 epoch}")
            try await reference.trained(job, within: 600)
            for (rule, end) in Self.faults {
                let place = try Workplace(sharing: reference)
                let first = try await place.trained(job, with: Faults(rules: [rule]), within: 600)
                #expect(first.end == end, "\(rule): \(first.output)")
                try expectNoHarm(place.run(), "\(rule)")
                let last = try await place.trained(job, within: 600)
                #expect(last.end == .exited(0), "\(rule): \(last.output)")
                try expectSame(place.run(), as: reference.run(), "\(rule)")
            }
        }
    }
}
