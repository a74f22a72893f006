// runs/NAME/status.json: what a run says of itself. Written by the worker while it holds the run's lock, else by the
// daemon; replaced atomically, unless the disk is full; read by `alexnetd jobs`.

package import Foundation

package struct RunStatus: Codable, Hashable, Sendable {
    package enum State: String, Codable, Sendable {
        /// preparing: reading the data set, loading a checkpoint, compiling.
        case preparing, training, evaluating, stopped, done, failed, cancelled, waiting
    }

    /// The run's; nil where the status does not say.
    package var name: String?
    package var state: State
    package var epoch: Int?
    package var epochs: Int?
    package var step: Int?
    package var steps: Int?
    package var loss: Double?
    package var imagesPerSecond: Double?
    /// Seconds until the run's end, at the current rate.
    package var eta: Double?
    /// Step of the newest published checkpoint.
    package var lastCheckpoint: Int?
    /// When that was published: what lies after it would be lost now.
    package var lastCheckpointAt: Date?
    package var bestTop1Error: Double?
    /// Of all attempts together, without the time between them.
    package var trainingSeconds: Double?
    /// Attempts to train this run so far, this one included.
    package var attempt: Int
    package var pid: Int32?
    /// What it computes on, as a job file has it: "cpu", or the GPU's uuid where that is known.
    package var device: String?
    /// True where the last attempt ended because its GPU failed.
    package var deviceFault: Bool?
    /// For a person: why it failed or waits.
    package var message: String?
    package var updated: Date

    package init(state: State, attempt: Int, updated: Date = Date()) {
        (self.state, self.attempt, self.updated) = (state, attempt, updated)
    }
}

/// What a worker's exit says to whoever started it (the values of sysexits.h).
package enum ExitCode: Int32, Sendable {
    case done = 0
    /// Bad data, bad job, or a loss that is not finite. Never retried.
    case badInput = 65
    /// Internal or device fault.
    case fault = 70
    /// Checkpointed; run me again.
    case again = 75
    /// Bad configuration of the program or the daemon.
    case configuration = 78
}
