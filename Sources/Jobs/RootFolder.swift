// The folder that is alexnetd's interface: where jobs are dropped, where runs lie. Paths only, nothing is touched here.

package import SystemPackage

package struct RootFolder: Hashable, Sendable {
    package let path: FilePath

    package init(_ path: FilePath) { self.path = path }

    package var jobs: FilePath { path.appending("jobs") }
    package var running: FilePath { jobs.appending("running") }
    package var done: FilePath { jobs.appending("done") }
    package var failed: FilePath { jobs.appending("failed") }
    package var cancelled: FilePath { jobs.appending("cancelled") }
    package var paused: FilePath { jobs.appending("paused") }
    package var runs: FilePath { path.appending("runs") }
    package var cache: FilePath { path.appending("cache") }
    /// Of the daemon: a line for each GPU that it has taken out of service; not there where there is none.
    package var gpusOut: FilePath { cache.appending("gpus-out-of-service") }
    /// Of the daemon: a line for each job that waits for a GPU which is not there, "FILE: REASON"; not there where none does.
    package var stranded: FilePath { cache.appending("jobs-without-a-gpu") }
    /// Executables named after the state that a job has just come to.
    package var hooks: FilePath { path.appending("hooks") }
    /// Held by `serve` while it runs.
    package var lock: FilePath { path.appending(".lock") }
    /// Of the daemon: which mark it holds the queue for; not there where it goes on.
    package var hold: FilePath { path.appending(".hold") }

    package func run(_ name: String) -> RunFolder { RunFolder(runs.appending(name)) }
}

/// runs/NAME: what a job leaves behind; its event files lie at the top, for TensorBoard.
package struct RunFolder: Hashable, Sendable {
    package let path: FilePath

    package init(_ path: FilePath) { self.path = path }

    package var name: String { path.lastComponent?.string ?? "" }
    package var checkpoints: FilePath { path.appending("checkpoints") }
    /// The job file as it was when the run began or last went on.
    package var job: FilePath { path.appending("job.yml") }
    package var plan: FilePath { path.appending("plan.json") }
    package var status: FilePath { path.appending("status.json") }
    package var log: FilePath { path.appending("train.log") }
    /// Held by the worker while it runs.
    package var lock: FilePath { path.appending(".lock") }
}
