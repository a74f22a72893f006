// What a device must offer to train a network. Conformers: ComputeCPU's engine, ComputeCUDA's and the plain reference of the
// tests, all driven through one conformance suite. Inside, an engine chooses its own layouts.

package import Networks

package protocol Engine: AnyObject {
    var network: Network { get }
    /// The largest batch it takes.
    var capacity: Int { get }
    /// In words, for the numerics fingerprint: device, kernels, libraries.
    var fingerprint: [String: String] { get }

    /// Begins a training step: forward, loss, backward, update. The loss is the mean over `batch.count` samples. A device
    /// may be at it still when this returns, and at a step or two before it; the batch may be used again.
    func begin(_ batch: Batch, _ settings: StepSettings) throws

    /// What the steps begun have come to, in their order, each once.
    /// - Parameter waiting: for all of them; else those that are done.
    func results(waiting: Bool) throws -> [BatchResult]

    /// Forward without dropout; parameters unchanged.
    func evaluate(_ batch: Batch) throws -> BatchResult

    /// Forward with dropout, and nothing else of training; parameters unchanged.
    /// - Parameter step: keys the masks, as in a training step.
    func evaluate(_ batch: Batch, droppingAt step: Int) throws -> BatchResult

    /// Runs `body` with the averages in the parameters' place, and they in theirs; afterwards, also when it throws, both
    /// are as before, to the bit. Without averages it only runs it.
    func withAverages<T>(_ body: () throws -> T) throws -> T

    /// Class scores (before softmax) of the last batch, [count][classes].
    func scores() throws -> [Float]

    /// To be asked once, before the first step: keeps the squares of all training samples from when they are first seen, if
    /// there is room for all of them.
    /// - Parameter count: of training samples.
    /// - Returns: which it has; nil where it keeps none.
    func keepSquares(_ count: Int) throws -> KeptSquares?

    /// Adds up seconds per layer while set.
    var timings: LayerTimings? { get set }

    /// One parameter tensor in its canonical form.
    func parameter(_ index: Int) throws -> [Float]

    /// Copies a state set into its canonical form.
    func read(_ kind: StateKind, into set: ParameterSet) throws

    /// Says that a set will be read into again and again, so that a device may copy to it faster. The engine keeps the set.
    func prepareReads(into set: ParameterSet)

    /// Replaces a state set by canonical values. Gradients may not be, as they are what a step leaves.
    func load(_ kind: StateKind, from set: ParameterSet) throws
}

extension Engine {
    /// Nothing is nearer than the host's own memory.
    package func prepareReads(into set: ParameterSet) {}

    /// Memory is as near as the loader's own cache.
    package func keepSquares(_ count: Int) -> KeptSquares? { nil }

    /// A whole training step, and the results of those before it are let go.
    package func train(_ batch: Batch, _ settings: StepSettings) throws -> BatchResult {
        try begin(batch, settings)
        return try results(waiting: true).last ?? BatchResult()
    }
}
