// The training loop. A step boundary, in this order: update, events; at an epoch's end evaluation, best, schedule, their
// events; then checkpoint, then stop. So whatever a checkpoint of step K holds, the curves up to K are on the disk.

internal import Compute
internal import Foundation
internal import InputPipeline
internal import Jobs

final class Trainer {
    private let plan: Plan
    private let engine: any Engine
    private let predictor: Predictor
    private let input: Input
    private let curves: Curves
    private let checkpoints: Checkpointing
    private let learningRate: LearningRate
    private let stop: StopFlag
    private let report: (TrainingEvent) -> Void
    private let stepsPerEpoch: Int
    private var state: TrainingState
    private var throughput = Throughput()
    /// Steps whose results are not here yet, oldest first.
    private var underWay: [Begun] = []

    private struct Begun {
        let step: Int
        let learningRate: Double
        let isLogged: Bool
    }

    /// The step whose layers are timed: the first ones find memory cold.
    private static let timedStep = 3

    /// Updates done.
    var step: Int { state.step }

    init(
        _ plan: Plan, _ engine: any Engine, _ input: Input, _ curves: Curves, _ checkpoints: Checkpointing,
        from state: TrainingState, stop: StopFlag, report: @escaping (TrainingEvent) -> Void
    ) {
        (self.plan, self.engine, self.input, self.curves) = (plan, engine, input, curves)
        (self.checkpoints, self.state, self.stop, self.report) = (checkpoints, state, stop, report)
        predictor = Predictor(engine, Views(rawValue: plan.validation.views) ?? .center)
        stepsPerEpoch = input.stepsPerEpoch
        learningRate = LearningRate(plan, stepsPerEpoch: stepsPerEpoch)
    }

    /// Trains to the end of the last epoch.
    /// - Throws: `TrainingError.stopped` after a checkpoint, when asked to stop.
    func run() throws {
        if plan.evaluatesAtStart, state.step == 0, state.best == nil {
            try boundary(isBest: try evaluate(epoch: 0))
        }
        while state.epoch < plan.epochs, !hasStagnated {
            if state.batch < stepsPerEpoch { try trainEpoch() }
            let isBest = try evaluate(epoch: state.epoch + 1)
            state.epoch += 1
            state.batch = 0
            try boundary(isBest: isBest)
        }
        if hasStagnated, state.epoch < plan.epochs { report(.note(stagnationNote)) }
        try checkpoints.publish(state, isBest: false)
        try checkpoints.finish()
        curves.succeeded()
        try curves.close()
    }

    /// The rest of the epoch. Its last boundary is left to `run`, after the evaluation.
    private func trainEpoch() throws {
        input.train(epoch: state.epoch, from: state.batch)
        throughput.reset()
        while state.batch < stepsPerEpoch {
            try input.withNextBatch { batch in try train(batch) }
            if state.batch < stepsPerEpoch { try boundary(isBest: false) }
        }
        try takeResults(waiting: true)
    }

    private func train(_ batch: Batch) throws {
        let next = state.step + 1
        let hasPictures = state.batch == 0 && curves.isPictureEpoch(state.epoch + 1)
        let rate = learningRate.rate(step: state.step, epoch: state.epoch, state.schedule)
        if next == 1, let warning = try ScoreSpread(engine, batch)?.warning(plan) {
            report(.warning(warning))
        }
        if next == Self.timedStep { engine.timings = LayerTimings() }
        let (detail, isLogged) = (curves.detail(of: next), curves.isLogStep(next))
        // Two log steps under way would share their time.
        if isLogged, underWay.contains(where: \.isLogged) { try takeResults(waiting: true) }
        try engine.begin(
            batch,
            StepSettings(
                step: state.step, learningRate: Float(rate), labelSmoothing: Float(plan.labelSmoothing),
                detail: detail))
        underWay.append(Begun(step: next, learningRate: rate, isLogged: isLogged))
        state.step += 1
        state.batch += 1
        throughput.waited(input.lastWait)
        // What else is drawn of this step follows its points, and filters are read from the engine.
        try takeResults(waiting: hasPictures || detail == .distributions || engine.timings != nil)
        if let timings = engine.timings {
            engine.timings = nil
            try curves.cost(timings, images: batch.count, step: next)
        }
        if hasPictures { try curves.samples(batch, step: next) }
    }

    /// Writes down what steps have come to, in their order.
    /// - Parameter waiting: for all that were begun. Whoever looks at the window, or keeps it, waits.
    private func takeResults(waiting: Bool) throws {
        let results = try engine.results(waiting: waiting)
        throughput.add(images: results.reduce(0) { $0 + $1.count })
        for result in results {
            let begun = underWay.removeFirst()
            guard result.loss.isFinite else {
                throw diverged("the loss of step \(begun.step)", begun.learningRate)
            }
            state.window.add(result)
            report(.step(progress(result, step: begun.step)))
            if let distributions = result.statistics?.distributions {
                try curves.histograms(distributions, step: begun.step)
                try curves.filters(of: engine, step: begun.step)
            }
            if begun.isLogged { try log(begun, result.statistics) }
        }
    }

    private func log(_ begun: Begun, _ statistics: StepStatistics?) throws {
        let (step, rate, throughput) = (begun.step, begun.learningRate, throughput)
        // A device goes on while this is written.
        self.throughput.reset()
        try curves.logged(state.window, step: step, learningRate: rate, throughput)
        if let statistics { try curves.logged(statistics, step: step) }
        if let seconds = checkpoints.takeSeconds() { try curves.checkpointed(seconds: seconds, step: step) }
        report(
            .logged(
                step: step, loss: state.window.meanLoss, top1Error: state.window.top1Error,
                learningRate: rate, imagesPerSecond: throughput.imagesPerSecond))
        state.window = Tally()
    }

    private var hasStagnated: Bool {
        guard let rule = plan.earlyStopping, let stagnation = state.stagnation else { return false }
        return stagnation.stale > rule.patience
    }

    private var stagnationNote: String {
        "stopped early, after epoch \(state.epoch): \(state.stagnation?.stale ?? 0) evaluations in a row were not better"
    }

    /// Of the averages of the weights where there are any. Over the whole validation set, or not at all: an evaluation that is
    /// asked to stop leaves nothing behind.
    /// - Parameter epoch: that has just ended; 0 before the first, where the schedule does not count it.
    /// - Returns: whether it is the best so far.
    private func evaluate(epoch: Int) throws -> Bool {
        input.evaluate()
        var window = Tally()
        let isReviewed =
            curves.isPictureEpoch(epoch) && curves.classes.count <= Review.mostClasses
        var review = isReviewed ? Review(classes: curves.classes) : nil
        try engine.withAverages {
            while window.samples < input.validationCount, !stop.isRaised {
                try input.withNextBatch { batch in
                    window.add(try predictor.evaluate(batch))
                    review?.add(batch, predictor.probabilities)
                }
                report(.evaluating(done: window.samples, of: input.validationCount))
            }
        }
        // A checkpoint is of the weights that training goes on with.
        if stop.isRaised { try stopHere() }
        guard window.loss.isFinite else {
            let rate = learningRate.rate(step: state.step - 1, epoch: state.epoch, state.schedule)
            throw diverged("the validation loss after step \(state.step)", rate)
        }
        let evaluation = BestEvaluation(
            step: state.step, top1Error: window.top1Error, top5Error: window.top5Error, loss: window.meanLoss)
        let isBest = state.best?.isBeaten(by: evaluation, in: plan.checkpoint.best) ?? true
        if isBest { state.best = evaluation }
        if epoch > 0 {
            learningRate.evaluated(window, &state.schedule)
            if let rule = plan.earlyStopping {
                state.stagnation = state.stagnation ?? Stagnation()
                state.stagnation?.evaluated(window, rule)
            }
        }
        try curves.evaluated(state, window)
        if let review { try curves.evaluated(review, step: state.step) }
        report(
            .evaluated(
                epoch: epoch, step: state.step, loss: window.meanLoss, top1Error: window.top1Error,
                top5Error: window.top5Error, isBest: isBest))
        return isBest
    }

    private func boundary(isBest: Bool) throws {
        try curves.flushIfDue()
        if isBest || checkpoints.isDue(state, stepsPerEpoch: stepsPerEpoch) {
            try takeResults(waiting: true)
            try checkpoints.publish(state, isBest: isBest)
        }
        if stop.isRaised { try stopHere() }
    }

    private func stopHere() throws {
        try takeResults(waiting: true)
        do {
            try checkpoints.publish(state, isBest: false)
            try checkpoints.finish()
        } catch  where Run.isStop(error) {
            report(
                .warning(
                    "stopped without a checkpoint of step \(state.step), for which the disk has no room: what has come since "
                        + "the one before it will be done again"))
            throw error
        }
        try curves.close()
        try stop.check()
    }

    private func diverged(_ loss: String, _ rate: Double) -> TrainingError {
        TrainingError(
            .notFinite,
            """
            \(loss) is not a finite number at a learning rate of \(rate). Try, in a job of another name, a learning \
            rate of \(rate / 10), or a warm-up (schedule: {…, warmup: 500 steps})\
            \(plan.initialization == .he ? "" : ", or init: he")
            """)
    }

    private func progress(_ result: BatchResult, step: Int) -> Progress {
        let steps = plan.epochs * stepsPerEpoch
        let rate = throughput.smoothed
        return Progress(
            epoch: state.epoch + 1, epochs: plan.epochs, step: step, steps: steps,
            stepInEpoch: state.batch - (state.step - step), stepsPerEpoch: stepsPerEpoch,
            loss: result.loss / Double(result.count), imagesPerSecond: rate,
            dataWait: throughput.waitShare, trainingSeconds: curves.trainingSeconds,
            eta: rate > 0 ? Double((steps - step) * plan.batchSize) / rate : 0)
    }
}
