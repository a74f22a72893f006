// A full disk, a real one: a small tmpfs in a mount namespace of the test's own. The run waits until there is room.

import Foundation
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct FullDiskTests {
        static let isPossible: Bool = {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
            (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
            guard (try? process.run()) != nil else { return false }
            process.waitUntilExit()
            return process.terminationStatus == 0
        }()

        /// $1 a folder, $2 the job's file, $3 the program. Fills the disk once the run has a checkpoint, makes room when
        /// the run has said that there is none, and brings the runs out of the namespace.
        private static let script = """
            mount -t tmpfs -o size=64m none "$1/disk" || exit 1
            "$3" train "$2" --root "$1/disk" >"$1/output" 2>&1 &
            until grep -q "checkpoint of step" "$1/output"; do kill -0 $! || exit 2; sleep 0.01; done
            cat /dev/zero >"$1/disk/filler" 2>/dev/null
            until grep -qi "no space left" "$1/output"; do kill -0 $! || exit 3; sleep 0.01; done
            rm "$1/disk/filler"
            wait $! || exit
            cp -r "$1/disk/runs" "$1/runs"
            """

        /// Fills the disk once the run has a checkpoint, kills the worker, and makes room when the next one has said that
        /// there is none.
        private static let daemonScript = """
            mount -t tmpfs -o size=64m none "$1/disk" || exit 1
            mkdir -p "$1/disk/jobs" && cp "$2" "$1/disk/jobs/net.yml" || exit 1
            "$3" serve --root "$1/disk" >"$1/output" 2>&1 &
            until grep -q "checkpoint of step" "$1/output"; do kill -0 $! || exit 2; sleep 0.01; done
            cat /dev/zero >"$1/disk/filler" 2>/dev/null
            kill -9 $(sed -n 's/.*"pid" : \\([0-9]*\\).*/\\1/p' "$1/disk/runs/net/status.json") || exit 3
            until grep -qi "warning: .*no space left" "$1/output"; do kill -0 $! || exit 4; sleep 0.01; done
            grep -q "No space left" "$1/disk/runs/net/status.json" || exit 5
            rm "$1/disk/filler"
            until [ -e "$1/disk/jobs/done/net.yml" ]; do kill -0 $! || exit 6; sleep 0.01; done
            kill $! && wait $! || exit
            cp -r "$1/disk/runs" "$1/runs"
            """

        @Test(
            .enabled(if: isPossible, "needs unshare(1) and user namespaces, to mount a small disk"),
            arguments: [script, daemonScript])
        func aFullDiskIsWaitedOut(_ script: String) async throws {
            let reference = try Workplace()
            let job = reference.job.with("epochs", "12")
            try await reference.trained(job)
            let place = try Workplace(sharing: reference)
            let file = place.folder.path.appending("net.yml")
            try job.text.write(toFile: file.string, atomically: true, encoding: .utf8)
            for folder in [place.root.path, place.root.path.appending("disk")] {
                try FileManager.default.createDirectory(
                    atPath: folder.string, withIntermediateDirectories: true)
            }
            let program = try Program(
                [
                    "unshare", "-rm", "sh", "-c", script, "sh", place.root.path.string, file.string,
                    Program.alexnetd.string,
                ], executable: "/usr/bin/env")
            let output = place.root.path.appending("output")
            #expect(try await program.end() == .exited(0), "\(program.errorOutput)\(place.text(output))")
            try expectSame(place.run(), as: reference.run())
        }
    }
}
