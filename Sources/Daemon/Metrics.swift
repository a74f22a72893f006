// What a monitoring system asks of the daemon, in Prometheus's text exposition format (version 0.0.4): a value and the
// text that follows from it. Counters begin at zero with each start of the daemon, as the format expects.

internal import Files
package import Foundation
package import Jobs
package import Spool
package import SystemPackage

package struct Metrics: Hashable, Sendable {
    /// A running job.
    package struct Running: Hashable, Sendable {
        package var job: String
        /// "cpu", or the uuid of its GPU.
        package var device: String
        package var status: RunStatus

        package init(job: String, device: String = "cpu", status: RunStatus) {
            (self.job, self.device, self.status) = (job, device, status)
        }
    }

    package var version: String
    /// Files in each of the job folders.
    package var jobs: [JobFolder.Place: Int] = [:]
    package var holds: Set<QueueMark> = []
    package var running: [Running] = []
    /// By uuid, whether each is in service.
    package var gpus: [String: Bool] = [:]
    package var workerStarts = 0
    /// By how they ended, in one word.
    package var workerEnds: [String: Int] = [:]
    /// By where the jobs went.
    package var jobsFinished: [JobFolder.Place: Int] = [:]
    /// At the job folder.
    package var lastLook: Date?

    package init(version: String) { self.version = version }

    package var text: String { families.map(\.text).joined() }

    /// Replaces the file. It is for another program's user, so everyone may read it.
    /// - Throws: `Errno`.
    package func write(to path: FilePath) throws {
        try path.replaceContents(
            with: text.utf8, permissions: [.ownerReadWrite, .groupRead, .otherRead], durable: false)
    }

    private var families: [MetricFamily] {
        func ofJob(_ name: String, _ help: String, _ value: (RunStatus) -> Double?) -> MetricFamily {
            let samples = running.compactMap { running in
                value(running.status).map { ([("job", running.job)], $0) }
            }
            return MetricFamily("job_\(name)", .gauge, help, samples)
        }
        let ends: [JobFolder.Place] = [.done, .failed, .cancelled]
        return [
            MetricFamily("info", .gauge, "The daemon's version, as a label.", [([("version", version)], 1)]),
            MetricFamily(
                "jobs", .gauge, "Job files in each folder.",
                JobFolder.Place.allCases.map { ([("state", $0.rawValue)], Double(jobs[$0] ?? 0)) }),
            MetricFamily(
                "queue_held", .gauge, "1 where a file PAUSED or DRAINING holds the queue.",
                QueueMark.allCases.map { ([("by", $0.rawValue.lowercased())], holds.contains($0) ? 1 : 0) }),
            MetricFamily(
                "job_device", .gauge, "What each running job computes on, as a label.",
                running.map { ([("job", $0.job), ("device", $0.device)], 1) }),
            MetricFamily(
                "gpu_in_service", .gauge, "1 where a GPU is given to jobs, 0 where it has failed too often.",
                gpus.sorted { $0.key < $1.key }.map { ([("gpu", $0.key)], $0.value ? 1 : 0) }),
            ofJob("epoch", "The epoch that the running job is in, from 1.") { $0.epoch.map(Double.init) },
            ofJob("epochs", "The epochs of the running job.") { $0.epochs.map(Double.init) },
            ofJob("step", "Steps that the running job has done.") { $0.step.map(Double.init) },
            ofJob("steps", "The steps of the running job.") { $0.steps.map(Double.init) },
            ofJob("loss", "The running job's training loss.", \.loss),
            ofJob(
                "images_per_second", "Images that the running job trains on in a second.", \.imagesPerSecond),
            ofJob("eta_seconds", "Time to the running job's end at this rate.", \.eta),
            ofJob("last_checkpoint_step", "The step of the running job's newest checkpoint.") {
                $0.lastCheckpoint.map(Double.init)
            },
            ofJob(
                "last_checkpoint_timestamp_seconds",
                "When the running job's newest checkpoint was published."
            ) { $0.lastCheckpointAt?.timeIntervalSince1970 },
            MetricFamily(
                "worker_starts_total", .counter, "Workers started since the daemon's start.",
                [([], Double(workerStarts))]),
            MetricFamily(
                "worker_ends_total", .counter, "Workers that have ended since the daemon's start.",
                workerEnds.sorted { $0.key < $1.key }.map { ([("outcome", $0.key)], Double($0.value)) }),
            MetricFamily(
                "jobs_finished_total", .counter, "Jobs that have come to an end since the daemon's start.",
                ends.map { ([("state", $0.rawValue)], Double(jobsFinished[$0] ?? 0)) }),
            MetricFamily(
                "last_look_timestamp_seconds", .gauge, "When the daemon last looked at the job folder.",
                lastLook.map { [([], $0.timeIntervalSince1970)] } ?? []),
        ]
    }
}
