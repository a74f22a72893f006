// What is to befall one process: rules for faults.c, as values.

import Foundation
import SystemPackage

struct Faults {
    enum Effect: Hashable, CustomStringConvertible {
        /// SIGKILL, right before the call.
        case kill
        /// Of a write: half of it.
        case short
        /// The call comes a tenth of a second later.
        case wait
        /// An errno's name.
        case error(String)

        var description: String {
            switch self {
            case .kill: "kill"
            case .short: "short"
            case .wait: "wait"
            case .error(let name): name
            }
        }
    }

    struct Rule: Hashable, CustomStringConvertible {
        /// Names with commas between them; `*` for every call that changes something.
        var calls = "*"
        /// A part of the path.
        var path = "*"
        var effect: Effect
        /// The first call that it hits, from 1 on; 0 only counts.
        var first = 1
        /// Nil for all from the first on.
        var times: Int? = 1
        /// The rule holds while there is such a file.
        var gate: FilePath?

        var line: String {
            "\(calls) \(path) \(effect) \(first) \(times.map { "\($0)" } ?? "*") \(gate?.string ?? "*")"
        }

        var description: String {
            "\(effect) at \(calls) of \(path), call \(first)\(times.map { $0 == 1 ? "" : " to \(first + $0 - 1)" } ?? " and all after it")"
        }
    }

    enum Clock {
        /// Seconds, added to the time.
        case shifted(Int)
        /// Seconds since 1970.
        case standing(Int)
    }

    var rules: [Rule] = []
    var clock: Clock?
    /// Gets the number of calls that concerned the first rule.
    var count: FilePath?
    /// Gets every call that changed something below the folder.
    var journal: (file: FilePath, root: FilePath)?

    /// For a process that is to have these.
    /// - Throws: where the library cannot be made; see `FaultLibrary.isPossible`.
    func environment() throws -> [String: String] {
        var environment = ["LD_PRELOAD": try FaultLibrary.path().string]
        if !rules.isEmpty { environment["FAULTS"] = rules.map(\.line).joined(separator: "\n") }
        switch clock {
        case .shifted(let seconds): environment["FAULTS_CLOCK"] = "\(seconds)"
        case .standing(let time): environment["FAULTS_CLOCK"] = "=\(time)"
        case nil: break
        }
        environment["FAULTS_COUNT"] = count?.string
        environment["FAULTS_JOURNAL"] = journal?.file.string
        environment["FAULTS_ROOT"] = journal?.root.string
        return environment
    }
}
