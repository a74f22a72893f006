// What a run tells whoever watches it: a console, a log, tests. The run does not depend on what they do with it.

package enum TrainingEvent: Sendable {
    /// The run's folder is this attempt's own from here on.
    case began
    /// A sentence for the log.
    case note(String)
    /// A sentence that a person should see.
    case warning(String)
    /// The disk is full or fails, and is tried again; said again before every try.
    case waiting(String)
    /// Finding out which files there are: so many so far.
    case listing(Int)
    /// Reading the whole data set once: images done, of all.
    case scanning(done: Int, of: Int)
    /// After every step.
    case step(Progress)
    /// At log steps: mean over the window.
    case logged(step: Int, loss: Double, top1Error: Double, learningRate: Double, imagesPerSecond: Double)
    case evaluating(done: Int, of: Int)
    case evaluated(epoch: Int, step: Int, loss: Double, top1Error: Double, top5Error: Double, isBest: Bool)
    case checkpointed(step: Int)
}

package struct Progress: Sendable {
    package var epoch: Int
    package var epochs: Int
    package var step: Int
    package var steps: Int
    package var stepInEpoch: Int
    package var stepsPerEpoch: Int
    package var loss: Double
    package var imagesPerSecond: Double
    /// Share of the time that training waited for data.
    package var dataWait: Double
    /// Of all attempts together.
    package var trainingSeconds: Double
    /// Seconds to the end of the last epoch at this rate.
    package var eta: Double
}
