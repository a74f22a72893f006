// Publishes checkpoints on a thread of its own, from a snapshot whose memory is allocated at the start, so that training
// stands still only for a copy. One publication at a time. A full or failing disk is waited out here.

internal import Checkpoints
internal import Compute
internal import Foundation

/// Everything the two threads share is guarded by `condition`; the snapshot is the publisher's while there is
/// a `request`, else the trainer's.
final class CheckpointPublisher: @unchecked Sendable {  // see above
    struct Request {
        let state: TrainingState
        let isBest: Bool
        let plan: Data
    }

    private let store: CheckpointStore
    private let optimizer: Optimizer
    private let snapshot: [StateKind: ParameterSet]
    private let stop: StopFlag
    private let report: @Sendable (Report) -> Void
    private let condition = NSCondition()
    private var request: Request?
    private var failure: (any Error)?
    private var isClosing = false
    private var isDone = false
    private var newestSeconds: Double?

    enum Report: Sendable {
        case published(step: Int)
        case notice(String)
        case waiting(String)
    }

    /// - Parameters:
    ///   - engine: whose state is published.
    ///   - report: called on the publisher's thread.
    init(
        store: CheckpointStore, engine: any Engine, optimizer: Optimizer, stop: StopFlag,
        report: @escaping @Sendable (Report) -> Void
    ) {
        (self.store, self.stop, self.report) = (store, stop, report)
        self.optimizer = optimizer
        snapshot = Dictionary(
            uniqueKeysWithValues: ([.parameters] + optimizer.state).map {
                ($0, ParameterSet(engine.network.parameters))
            })
        snapshot.values.forEach(engine.prepareReads)
        let thread = Thread { [self] in serve() }
        thread.name = "checkpoints"
        thread.start()
    }

    /// Whether the last publication is still under way.
    var isBusy: Bool { condition.withLock { request != nil } }

    /// How long the newest publication took, once it is over and has not been asked for.
    func takeSeconds() -> Double? {
        condition.withLock {
            defer { newestSeconds = nil }
            return newestSeconds
        }
    }

    /// Copies the engine's state and returns; waits first for a publication that is under way.
    /// - Throws: what the last publication failed with.
    func publish(_ next: Request, from engine: any Engine) throws {
        try wait()
        for (kind, set) in snapshot { try engine.read(kind, into: set) }
        condition.withLock {
            request = next
            condition.signal()
        }
    }

    /// Returns when nothing is under way.
    /// - Throws: what the last publication failed with.
    func wait() throws {
        condition.lock()
        defer { condition.unlock() }
        while request != nil { condition.wait() }
        if let failure { throw failure }
    }

    /// Ends the thread, after what is under way.
    func close() {
        condition.lock()
        defer { condition.unlock() }
        isClosing = true
        condition.broadcast()
        while !isDone { condition.wait() }
    }

    private func serve() {
        condition.lock()
        while true {
            while request == nil && !isClosing { condition.wait() }
            guard let current = request else { break }
            condition.unlock()
            let begun = ContinuousClock.now
            let result = Result { try publishNow(current) }
            condition.lock()
            newestSeconds = (ContinuousClock.now - begun) / .seconds(1)
            if case .failure(let error) = result { failure = error }
            request = nil
            condition.broadcast()
        }
        isDone = true
        condition.broadcast()
        condition.unlock()
    }

    private func publishNow(_ request: Request) throws {
        guard snapshot[.parameters]!.isFinite else {
            // The next step's loss says so too, and ends the run; the checkpoint before this one is the good one.
            report(.notice("the parameters of step \(request.state.step) are not finite: no checkpoint"))
            return
        }
        try DiskPatience.waitOut(
            stop, { self.report(.waiting($0)) },
            {
                let publication = try store.publish(
                    step: request.state.step, isBest: request.isBest,
                    supersedes: { try request.state.supersedes($0) }
                ) { writer in
                    try writer.write(
                        Checkpoint.modelFile, tensors(optimizer.modelState), metadata: ["format": "pt"])
                    try writer.write(
                        Checkpoint.optimizerFile,
                        optimizer.ownState.sorted { $0.rawValue < $1.rawValue }.flatMap {
                            tensors($0, prefix: $0.prefix)
                        })
                    try request.state.withMeanImage { try writer.write($0, [$1]) }
                    try writer.write(Checkpoint.stateFile, request.state.json())
                    try writer.write(Checkpoint.planFile, request.plan)
                }
                (publication.notices + publication.pruning.notices).forEach { report(.notice($0)) }
            })
        report(.published(step: request.state.step))
    }

    private func tensors(_ kind: StateKind, prefix: String = "") -> [Tensor] {
        let set = snapshot[kind]!
        return set.parameters.enumerated().map { index, parameter in
            Tensor(prefix + parameter.name, parameter.shape, UnsafeBufferPointer(set[index]))
        }
    }
}

extension TrainingState {
    /// Whether a checkpoint of this step was written with its epoch's evaluation still to be done.
    fileprivate func supersedes(_ checkpoint: Checkpoint) throws -> Bool {
        try TrainingState(json: try checkpoint.data(Checkpoint.stateFile)).epoch < epoch
    }
}
