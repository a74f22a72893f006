// How a worker ended, and what that means for its job.

internal import Jobs

package enum WorkerOutcome: Hashable, Sendable {
    case exited(Int32)
    /// By this signal.
    case killed(Int32)
    /// Why there was no process at all.
    case couldNotStart(String)
    /// Somebody else has reaped it: what waitpid(2) said.
    case lost(String)

    package enum Verdict: Sendable {
        case done
        /// Checkpointed, to be run again.
        case again
        /// To be tried again.
        case broken
        /// The same would happen again.
        case hopeless
    }

    /// - Parameter status: from waitpid(2): the signal in the low seven bits, the exit code in the next byte.
    package init(waitStatus status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal)
    }

    package var verdict: Verdict {
        switch self {
        case .killed, .couldNotStart, .lost: .broken
        case .exited(let code):
            switch ExitCode(rawValue: code) {
            case .done: .done
            case .again: .again
            case .badInput, .configuration: .hopeless
            case .fault, nil: .broken
            }
        }
    }

    /// For a person.
    package var text: String {
        switch self {
        case .exited(let code):
            switch ExitCode(rawValue: code) {
            case .done: "it is done"
            case .badInput: "exit code 65: the job, its data or its loss cannot be used"
            case .fault: "exit code 70: a fault of the program or the device"
            case .again: "exit code 75: it asked to be run again"
            case .configuration: "exit code 78: the program is not configured right"
            case nil: "exit code \(code)"
            }
        case .killed(9): "killed by signal 9 (KILL: perhaps the machine ran out of memory)"
        case .killed(let signal): "killed by signal \(signal)"
        case .couldNotStart(let reason): "no worker could be started: \(reason)"
        case .lost(let reason): "it ended unseen: \(reason)"
        }
    }

    static let usual = [0, 65, 70, 75, 78].map(Self.exited) + [.killed(9), .killed(15)]

    /// For the metrics.
    package var word: String {
        switch self {
        case .exited(let code): "exit_\(code)"
        case .killed(let signal): "signal_\(signal)"
        case .couldNotStart: "no_start"
        case .lost: "lost"
        }
    }
}
