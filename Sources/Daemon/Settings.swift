// What a person may set of the daemon: the values. Settings+Key.swift names and explains each, Settings+Reading.swift
// finds them in flags, environment and file.

package import Logging
package import SystemPackage

package struct Settings: Hashable, Sendable {
    /// Absolute once read.
    package var root: FilePath = "./alexnetd"
    /// Of the Prometheus text file; nil for none.
    package var metrics: FilePath?
    package var logLevel = Logger.Level.info
    /// Seconds between looks at the job folder: the safety net where inotify brings nothing.
    package var scanInterval = 2.0
    /// Seconds for which a worker's status may stay as it is.
    package var stallTimeout = 600.0
    /// Seconds for which a worker that was asked to stop may take.
    package var stopTimeout = Scheduler.Limits().stopPatience
    /// Seconds for which a hook may run.
    package var hookTimeout = 60.0
    /// Failed attempts in a row without a newer checkpoint after which a job is given up.
    package var maxAttempts = Scheduler.Limits().mostAttempts
    /// Which GPUs jobs may have.
    package var gpus = GPUPool.Choice.auto

    package init() {}
}
