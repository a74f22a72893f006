// The effectful shell around Scheduler: one thread that waits for news of the job folder, the worker and a request to
// stop, hands each to the scheduler, and carries out what it says. Knows nothing of training.
//
// Supervisor+Outcome.swift has what happens to a job's file and status when an attempt is over.

internal import Files
internal import Foundation
internal import Glibc
package import Jobs
package import Logging
package import Spool
internal import SystemPackage

package final class Supervisor {
    /// Seconds between looks at the folder: the safety net where inotify brings nothing.
    package static let scanInterval = 2.0

    let root: RootFolder
    let folder: JobFolder
    let log: Logger
    private let command: WorkerCommand
    private let notify: Notify
    private let lock: RootLock

    var scheduler = Scheduler()
    private var intake: Intake
    private var watcher: FolderWatcher?
    private var worker: Worker?
    /// When the current worker was started.
    var workerStart = Date.distantPast
    /// Files that could not be moved out of running/ yet.
    var unfinished: [Ending] = []
    private var nextScan = 0.0
    /// Whether what was running when the last daemon ended has been taken up.
    private var hasRecovered = false
    private var hasExited = false
    /// What was last said of what keeps going wrong, to say it once.
    private var complaints: [Trouble: String] = [:]

    enum Trouble { case scan, watch, claim }

    /// Takes the root: makes its folders and locks it.
    /// - Throws: `locked` if another daemon has it, `folder` if it cannot be made.
    package init(
        _ root: RootFolder, command: WorkerCommand, log: Logger, notify: Notify = Notify()
    ) throws(SpoolError) {
        (self.root, self.command, self.log, self.notify) = (root, command, log, notify)
        folder = JobFolder(root)
        intake = Intake(folder)
        try folder.createTree()
        lock = try RootLock(root)
    }

    /// Serves until asked to stop and the worker, if there is one, has ended.
    /// - Throws: `system` if poll(2) fails.
    package func run(until stop: StopRequest) throws(DaemonError) {
        defer { withExtendedLifetime(lock) {} }
        scan(complete: [])
        notify.send("READY=1")
        log.info("serving \(root.path), process \(getpid())")
        var isStopping = false
        perform(scheduler.advance(now: now))
        while !hasExited {
            let wasAsked = try wait(isStopping ? nil : stop)
            if wasAsked {
                isStopping = true
                notify.send("STOPPING=1")
                log.info("stopping\(worker.map { ": waiting for worker \($0.pid)" } ?? "")")
                perform(scheduler.stop())
            }
            if let worker, let outcome = worker.reap() { ended(outcome) }
            let watched = watcher?.drain() ?? FolderWatcher.News()
            if !isStopping, !watched.complete.isEmpty || watched.rescan || now >= nextScan {
                scan(complete: watched.complete)
            }
            perform(scheduler.advance(now: now))
        }
        log.info("stopped")
    }

    // MARK: News

    /// Seconds of a clock that does not jump.
    var now: Double { ProcessInfo.processInfo.systemUptime }

    /// Sleeps until something happens or is due.
    /// - Returns: whether the stop was asked for.
    private func wait(_ stop: StopRequest?) throws(DaemonError) -> Bool {
        var descriptors: [pollfd] = []
        func listen(_ descriptor: FileDescriptor?) {
            // A negative descriptor is passed over.
            descriptors.append(pollfd(fd: descriptor?.rawValue ?? -1, events: Int16(POLLIN), revents: 0))
        }
        listen(stop?.descriptor)
        listen(watcher?.descriptor)
        listen(worker?.ended)
        let due = min(stop == nil ? .infinity : nextScan, scheduler.deadline ?? .infinity)
        let milliseconds = Int32(max(0, min((due - now) * 1000 + 1, 60_000)))
        guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) >= 0 || errno == EINTR else {
            throw DaemonError(.system, "poll(2) failed", cause: Errno(rawValue: errno))
        }
        return descriptors[0].revents != 0
    }

    /// Takes up what was running when the last daemon ended.
    /// - Throws: `folder` if jobs/running/ cannot be read; then nothing has happened.
    private func recover() throws(SpoolError) {
        let found = try folder.scan(.running)
        hasRecovered = true
        for (arrival, file) in found.enumerated() {
            guard let name = try? JobName(fileName: file.fileName) else {
                log.error("\(file.fileName) in \(root.running) is no name of a job; it is left alone")
                continue
            }
            do {
                resume(name, priority: try folder.plan(name, in: .running).priority, arrival)
            } catch  where error.isTransient {
                // The worker reads it again, and it is tried more than once.
                log.error("\(error)")
                resume(name, priority: 0, arrival)
            } catch {
                finish(Ending(job: name, place: .failed, reason: error.description))
            }
        }
    }

    private func resume(_ name: JobName, priority: Int, _ arrival: Int) {
        let record = AttemptRecord.load(root.run(name.stem).attempts) ?? AttemptRecord()
        scheduler.resume(Scheduler.Job(name, priority: priority, arrival: arrival), record)
        log.info("\(name.stem): taken up again")
    }

    private func scan(complete: [String]) {
        nextScan = now + Self.scanInterval
        watch()
        retryFinishing()
        do {
            if !hasRecovered { try recover() }
            for news in try intake.scan(complete: complete, now: now) { take(news) }
            complain(.scan, nil)
        } catch {
            complain(.scan, "\(error)")
            // Somebody removed the folders: they are the interface, so they come back.
            try? folder.createTree()
        }
    }

    private func take(_ news: Intake.News) {
        switch news {
        case .arrived(let job):
            log.info("\(job.name.stem): queued, priority \(job.priority)")
            scheduler.enqueue(job)
        case .withdrew(let name):
            log.info("\(name.stem): no longer queued, its file has changed or gone")
            scheduler.withdraw(name)
        case .refused(_, let reason): log.warning("refused: \(reason)")
        case .stuck(let fileName, let reason): log.error("\(fileName): \(reason)")
        }
    }

    /// Before a scan, so that nothing falls between the two.
    private func watch() {
        do {
            if watcher == nil { watcher = try FolderWatcher(root.jobs) }
            if let watcher, !watcher.isArmed { try watcher.arm() }
            complain(.watch, nil)
        } catch {
            complain(.watch, "\(error); new jobs are found by looking every \(Int(Self.scanInterval)) s")
        }
    }

    private func ended(_ outcome: WorkerOutcome) {
        worker = nil
        guard let job = scheduler.current else { return }
        log.info("\(job.stem): the worker has ended: \(outcome.text)")
        perform(scheduler.exited(outcome, step: root.run(job.stem).newestCheckpointStep, now: now))
    }

    /// - Parameter problem: nil when it is over.
    private func complain(_ trouble: Trouble, _ problem: String?) {
        if let problem, problem != complaints[trouble] { log.error("\(problem)") }
        complaints[trouble] = problem
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
        case .leave(let job, let record):
            store(record, of: job)
            announceStop(job)
        case .done(let job): finish(Ending(job: job, place: .done, reason: nil))
        case .fail(let job, let reason):
            finish(Ending(job: job, place: .failed, reason: failure(job, reason)))
        case .terminate: worker?.terminate()
        case .exit: hasExited = true
        }
    }

    private func claim(_ job: JobName) -> [Scheduler.Action] {
        let isCurrent = intake.isCurrent(job)
        intake.forget(job)
        guard isCurrent else {
            log.info("\(job.stem): its file has changed or gone; not started")
            return scheduler.claimFailed(now: now)
        }
        do {
            try folder.claim(job)
        } catch {
            complain(.claim, "\(job.stem): cannot be started: \(error)")
            return scheduler.claimFailed(now: now)
        }
        complain(.claim, nil)
        let run = root.run(job.stem)
        return scheduler.claimed(
            attempts: AttemptRecord.load(run.attempts)?.attempts ?? 0, step: run.newestCheckpointStep)
    }

    private func spawn(_ job: JobName, _ record: AttemptRecord) -> [Scheduler.Action] {
        let run = root.run(job.stem)
        guard folder.identity(job.fileName, in: .running) != nil else {
            log.warning("\(job.stem): its file is no longer in \(root.running); not started")
            return scheduler.vanished(now: now)
        }
        store(record, of: job)
        do {
            let file = folder.path(job.fileName, in: .running)
            workerStart = Date()
            let worker = try Worker(
                executable: command.executable, arguments: command.arguments(file, root),
                environment: command.environment)
            self.worker = worker
            log.info("\(job.stem): attempt \(record.attempts) begins, worker \(worker.pid)")
            return []
        } catch {
            log.error("\(job.stem): no worker could be started: \(error)")
            return scheduler.exited(.couldNotStart("\(error)"), step: run.newestCheckpointStep, now: now)
        }
    }

    /// Where it cannot be stored, on a full disk say, this daemon still knows it.
    private func store(_ record: AttemptRecord, of job: JobName) {
        let run = root.run(job.stem)
        do {
            try run.path.makeFolder()
            try record.write(to: run.attempts)
        } catch {
            log.error("\(job.stem): \(error)")
        }
    }
}
