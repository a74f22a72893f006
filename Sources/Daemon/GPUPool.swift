// The GPUs that the daemon may give to jobs, and which of them are in service: pure bookkeeping.
//
// One that fails so often in a row is taken out until the settings are read again or the daemon starts anew: jobs go on
// elsewhere, and a person is told.

package import Jobs

package struct GPUPool: Hashable, Sendable {
    /// Which GPUs the daemon may use.
    package enum Choice: Hashable, Sendable {
        case auto, none
        /// By their uuids, or beginnings of these.
        case some([String])
    }

    /// Attempts in a row, of whatever jobs, that ended with a fault of the GPU.
    package static let mostFaults = 3

    /// What jobs are planned for: all that may be used, in service or not.
    package private(set) var machine: Machine
    private var faults: [String: Int] = [:]

    package init() { machine = .cpu(because: "the daemon has not looked for GPUs") }

    /// Begins anew with what a look at the machine has found.
    /// - Returns: of the uuids in `choice`, those that name none or several.
    package mutating func replace(_ found: Machine, _ choice: Choice) -> [String] {
        faults = [:]
        switch choice {
        case .none: machine = .cpu(because: "the daemon's settings say `gpus: none`")
        case .auto: machine = found
        case .some(let wanted):
            let chosen = wanted.flatMap { found.gpus($0) }
            machine = found
            machine.gpus.removeAll { !chosen.contains($0) }
            if chosen.isEmpty, found.problem == nil {
                machine.problem = "none of the GPUs in the daemon's settings is there"
            }
            return wanted.filter { found.gpus($0).isEmpty }
        }
        return []
    }

    package var inService: [String] { machine.gpus.map(\.uuid).filter { !isOut($0) } }

    package func isOut(_ uuid: String) -> Bool { faults[uuid, default: 0] >= Self.mostFaults }

    /// A worker on it has ended.
    /// - Returns: whether that was one fault too many.
    package mutating func ended(on uuid: String, isDeviceFault: Bool) -> Bool {
        let before = faults[uuid, default: 0]
        faults[uuid] = isDeviceFault ? before + 1 : 0
        return before == Self.mostFaults - 1 && isDeviceFault
    }

    package func gpu(_ uuid: String) -> Machine.GPU? { machine.gpus.first { $0.uuid == uuid } }
}
