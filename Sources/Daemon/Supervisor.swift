// The effectful shell around Scheduler: one thread that waits for news of the job folder, the workers and requests, hands
// each to the scheduler, and carries out what it says. Knows nothing of training.
//
// Supervisor+News.swift has what is seen in the folders, Supervisor+GPUs.swift which GPUs there are, Supervisor+Outcome.swift
// what becomes of a job's file and status, Supervisor+Service.swift what the operator and systemd are told.

internal import Foundation
internal import Glibc
package import Jobs
package import Logging
internal import Spool
internal import SystemPackage
package import Systemd

package final class Supervisor {
    let root: RootFolder
    let folder: JobFolder
    let notify: Notify
    var log: Logger
    var settings: Settings
    private let readSettings: () throws -> Settings
    let command: WorkerCommand
    let hooks: Hooks
    var metrics: Metrics
    var lock: RootLock

    var scheduler: Scheduler
    var intake: Intake
    var running: RunningJobs
    var watchers: [JobFolder.Place: FolderWatcher] = [:]
    var attempts: [JobName: Attempt] = [:]
    /// The one that has ended last.
    var lastAttempt: Attempt?
    var gpus = GPUPool()
    /// What was said of jobs for which there is no GPU, to say it once.
    var stranded: Set<JobName> = []
    /// What was left of them for `alexnetd jobs`; nil where that is not known.
    var strandedLines: [String]?
    /// Files that could not be moved out of running/ yet.
    var unfinished: [Ending] = []
    var nextLook = 0.0
    /// Whether what was running when the last daemon ended has been taken up.
    var hasRecovered = false
    var isStopping = false
    /// Whether the root is the folder that was locked.
    var isAtHome = true
    private var hasExited = false
    /// When systemd is next to be told that the daemon lives.
    var nextSign = 0.0
    /// What systemd was last told of the state of things.
    var toldStatus = ""
    /// What was last said of what keeps going wrong, to say it once.
    var complaints: [Trouble: String] = [:]

    /// Seconds before a job that could not be claimed is tried again.
    private static let claimPause = 30.0

    /// A worker at work, or one that has ended.
    struct Attempt {
        let job: JobName
        let worker: Worker
        /// The uuid of its GPU.
        let gpu: String?
        let start: Date
        var silence = Silence()
    }

    enum Trouble: Hashable {
        case look, watch(JobFolder.Place), claim, root, store, settle(JobName), metrics, names, space
    }

    /// Takes the root: makes its folders and locks it.
    /// - Parameters:
    ///   - version: the program's, for the metrics.
    ///   - readSettings: reads them again, for a reload.
    /// - Throws: `SpoolError`: `locked` if another daemon has it, `folder` if it cannot be made; `DaemonError`.
    package init(
        _ root: RootFolder, command: WorkerCommand, settings: Settings, log: Logger, version: String,
        notify: Notify = Notify(), readSettings: @escaping () throws -> Settings
    ) throws {
        (self.root, self.command, self.settings, self.log) = (root, command, settings, log)
        (self.notify, self.readSettings) = (notify, readSettings)
        hooks = try Hooks(root, log: log, timeout: settings.hookTimeout)
        metrics = Metrics(version: version)
        // From the start, so that rates of theirs are known from the first.
        for outcome in WorkerOutcome.usual { metrics.workerEnds[outcome.word] = 0 }
        folder = JobFolder(root)
        scheduler = Scheduler(settings.limits)
        intake = Intake(folder)
        running = RunningJobs(folder)
        try folder.createTree()
        lock = try RootLock(root)
        folder.restoreEarlier()
    }

    /// Serves until asked to stop and the workers have ended.
    /// - Throws: `system` if poll(2) fails.
    package func run(_ requests: Requests) throws(DaemonError) {
        defer { withExtendedLifetime(lock) {} }
        notify.send(.extendTimeout(seconds: 2 * Self.patienceOfSystemd))
        lookForGPUs()
        look()
        notify.send(.ready)
        log.info("serving \(root.path), process \(getpid())")
        advance()
        while !hasExited {
            if try wait(requests) { nextLook = now }
            let asked = requests.take()
            if asked.contains(.reload) { reload() }
            if asked.contains(.stop) { stop() }
            isAtHome = hasRoot()
            // What a worker has come to is written into the root, so that waits for it.
            if isAtHome || isStopping { reap() }
            if now >= nextLook { look() }
            if isAtHome || isStopping { advance() }
            showLife()
        }
        endHooks()
        log.info("stopped")
    }

    /// Seconds of a clock that does not jump.
    var now: Double { ProcessInfo.processInfo.systemUptime }

    /// Sleeps until something happens or is due.
    /// - Returns: whether something happened in the folders.
    private func wait(_ requests: Requests) throws(DaemonError) -> Bool {
        // What cannot be acted upon now is not listened to either.
        let folders = isAtHome ? watchers.values.map(\.descriptor) : []
        let ended = isAtHome || isStopping ? attempts.values.map(\.worker.ended) : []
        let deadline = isAtHome || isStopping ? scheduler.deadline : nil
        let sources = folders + [requests.descriptor] + ended
        var descriptors = sources.map { pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0) }
        let due = min(nextLook, nextSign, deadline ?? .infinity)
        let milliseconds = Int32(max(0, min((due - now) * 1000 + 1, 60_000)))
        guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) >= 0 || errno == EINTR else {
            throw DaemonError(.system, "poll(2) failed", cause: Errno(rawValue: errno))
        }
        return descriptors.prefix(folders.count).contains { $0.revents != 0 }
    }

    /// One by one: what is done of the one decides what is next.
    private func advance() {
        while case let actions = scheduler.advance(now: now), !actions.isEmpty { perform(actions) }
    }

    private func stop() {
        guard !isStopping else { return }
        isStopping = true
        notify.send(.stopping)
        let workers = attempts.values.map { "\($0.worker.pid)" }.sorted().joined(separator: ", ")
        log.info("stopping\(workers.isEmpty ? "" : ": waiting for worker \(workers)")")
        scheduler.stop()
    }

    private func reload() {
        notify.send(.reloading)
        do {
            let new = try readSettings()
            if new.root != settings.root { log.warning("another root is served after a restart only") }
            settings = new
            (scheduler.limits, hooks.timeout, log.logLevel) =
                (new.limits, new.hookTimeout, new.logLevel)
            log.info("the settings have been read again")
            lookForGPUs()
        } catch {
            log.error("the settings stay as they were: \(error)")
        }
        notify.send(.ready)
    }

    private func reap() {
        for (job, attempt) in attempts {
            guard let outcome = attempt.worker.reap() else { continue }
            log(job).info("\(job.stem): the worker has ended: \(outcome.text)")
            metrics.workerEnds[outcome.word, default: 0] += 1
            judge(attempt, of: job, outcome)
            lastAttempt = attempt
            attempts[job] = nil
            perform(
                scheduler.exited(job, outcome, step: root.run(job.stem).newestCheckpointStep, now: now))
        }
    }

    // MARK: Actions

    func perform(_ actions: [Scheduler.Action]) {
        for action in actions { perform(action) }
    }

    private func perform(_ action: Scheduler.Action) {
        switch action {
        case .claim(let job): perform(claim(job))
        case .spawn(let job, let record): perform(spawn(job, record))
        case .wait(let job, let record, let until, let reason):
            store(record, of: job)
            announceWait(job, record, seconds: until - now, reason)
        case .leave(let job, let record, let interruption):
            store(record, of: job)
            announceInterruption(job, interruption)
        case .done(let job): finish(job, .done, reason: nil)
        case .fail(let job, let reason): finish(job, .failed, reason: failure(job, reason))
        case .release(let job, let record, let departure):
            store(record, of: job)
            release(job, departure)
        case .terminate(let job, let interruption):
            log(job).info("\(job.stem): its worker is asked to stop: \(interruption.text)")
            attempts[job]?.worker.send(SIGTERM)
        case .kill(let job):
            log(job).warning(
                "\(job.stem): its worker has not stopped within \(Int(settings.stopTimeout)) s and is killed")
            attempts[job]?.worker.send(SIGKILL)
        case .exit: hasExited = true
        }
    }

    private func claim(_ job: JobName) -> [Scheduler.Action] {
        let isCurrent = intake.isCurrent(job)
        intake.forget(job)
        guard isCurrent, let arrival = RunningJobs.Arrival(folder.path(job.fileName, in: .queued)) else {
            log(job).info("\(job.stem): its file has changed or gone; not started")
            scheduler.claimFailed()
            return []
        }
        do {
            try folder.claim(job)
        } catch {
            complain(.claim, "\(job.stem): cannot be started: \(error)")
            intake.postpone(job, until: now + Self.claimPause)
            scheduler.claimFailed()
            return []
        }
        complain(.claim, nil)
        running.add(job, arrival)
        let run = root.run(job.stem)
        return scheduler.claimed(
            attempts: AttemptRecord.load(run.attempts)?.attempts ?? 0, step: run.newestCheckpointStep)
    }

    private func spawn(_ job: JobName, _ record: AttemptRecord) -> [Scheduler.Action] {
        let run = root.run(job.stem)
        guard folder.identity(job.fileName, in: .running) != nil || bringBack(job) else {
            // The next looks find out where it is.
            scheduler.postponed(job, until: now + settings.scanInterval)
            return []
        }
        store(record, of: job)
        do {
            let file = folder.path(job.fileName, in: .running)
            let start = Date()
            let worker = try Worker(
                executable: command.executable, arguments: command.arguments(file, root, on: record.gpu),
                environment: command.environment(on: record.gpu))
            attempts[job] = Attempt(job: job, worker: worker, gpu: record.gpu, start: start)
            metrics.workerStarts += 1
            let place = record.gpu.map { " on \($0)" } ?? ""
            log(job).info("\(job.stem): attempt \(record.attempts) begins\(place), worker \(worker.pid)")
            tell(.started, job)
            return []
        } catch {
            log(job).error("\(job.stem): no worker could be started: \(error)")
            lastAttempt = nil
            return scheduler.exited(
                job, .couldNotStart("\(error)"), step: run.newestCheckpointStep, now: now)
        }
    }

    /// A job whose file has gone together with the folder running/ goes on, from memory.
    /// - Returns: whether its file is there again.
    private func bringBack(_ job: JobName) -> Bool {
        guard let bytes = running.lost(job) else { return false }
        do {
            try folder.restore(job, bytes, to: .running)
        } catch {
            complain(.settle(job), "\(job.stem): \(error)")
            return false
        }
        if let arrival = RunningJobs.Arrival(folder.path(job.fileName, in: .running)) {
            running.add(job, arrival)
        }
        log(job).warning("\(job.stem): its file had gone with the folder \(root.running), and is there again")
        return true
    }

    /// Where it cannot be stored, on a full disk say, this daemon still knows it.
    private func store(_ record: AttemptRecord, of job: JobName) {
        guard isAtHome else { return }
        let run = root.run(job.stem)
        do {
            try run.path.makeFolder()
            try record.write(to: run.attempts)
            complain(.store, nil)
        } catch {
            complain(.store, "\(job.stem): \(error)")
        }
    }

    /// - Parameter problem: nil when it is over.
    func complain(_ trouble: Trouble, _ problem: String?) {
        if let problem, problem != complaints[trouble] { log.error("\(problem)") }
        complaints[trouble] = problem
    }

    /// What is logged of a job carries its name, attempt and step as fields.
    func log(_ job: JobName) -> Logger {
        var log = log
        let run = root.run(job.stem)
        log[metadataKey: "job"] = "\(job.stem)"
        if let attempt = AttemptRecord.load(run.attempts)?.attempts {
            log[metadataKey: "attempt"] = "\(attempt)"
        }
        if let step = RunStatus.load(run.status)?.step { log[metadataKey: "step"] = "\(step)" }
        return log
    }
}
