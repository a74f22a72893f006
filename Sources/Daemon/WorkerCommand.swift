// What to run for a job. The daemon's own binary, unless a test says otherwise.

internal import Foundation
package import Jobs
package import SystemPackage

package struct WorkerCommand: Sendable {
    /// The descriptor under which a worker finds its lifeline: at end of file its daemon is gone, and it ends.
    package static let lifeline: Int32 = 3

    package var executable: FilePath
    /// Of the job's file in running/, without the program's name.
    package var arguments: @Sendable (_ job: FilePath, _ root: RootFolder) -> [String]
    /// Those with which it says as JSON which GPUs there are; nil where nobody asks.
    package var doctor: [String]?
    package var environment: [String: String]

    package init(
        executable: FilePath, environment: [String: String],
        arguments: @escaping @Sendable (_ job: FilePath, _ root: RootFolder) -> [String]
    ) {
        (self.executable, self.environment, self.arguments) = (executable, environment, arguments)
    }

    /// `alexnetd train JOB --root ROOT --lifeline 3`, by the binary that is running now.
    /// - Parameter extra: added to this process's environment, such as OPENBLAS_CORETYPE.
    package static func thisProgram(environment extra: [String: String] = [:]) -> WorkerCommand {
        let link = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        // After an upgrade the link names a file that is gone; the new one lies in its place.
        let path = link.hasSuffix(" (deleted)") ? String(link.dropLast(" (deleted)".count)) : link
        // One BLAS thread per worker: the lanes are ours, and OpenBLAS reads this when it is loaded.
        let environment = ProcessInfo.processInfo.environment
            .merging(["OPENBLAS_NUM_THREADS": "1"]) { _, ours in ours }
            .merging(extra) { _, ours in ours }
        var command = WorkerCommand(executable: FilePath(path), environment: environment) { job, root in
            ["train", job.string, "--root", root.path.string, "--lifeline", "\(lifeline)"]
        }
        command.doctor = ["doctor", "--json"]
        return command
    }

    /// What a worker finds in its environment: one GPU and no other, or none.
    func environment(on gpu: String?) -> [String: String] {
        guard doctor != nil else { return environment }
        return environment.merging(["CUDA_VISIBLE_DEVICES": gpu ?? ""]) { _, ours in ours }
    }

    /// - Parameter gpu: the uuid of the worker's.
    func arguments(_ job: FilePath, _ root: RootFolder, on gpu: String?) -> [String] {
        arguments(job, root) + (gpu.map { ["--gpu", $0] } ?? [])
    }
}
