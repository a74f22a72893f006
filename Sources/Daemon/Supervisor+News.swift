// What the supervisor sees in the folders: jobs that come and go, marks that hold the queue, a worker that has fallen
// silent, a root that is no longer there.

internal import Glibc
internal import Jobs
internal import Spool
internal import SystemPackage

extension Supervisor {
    /// Looks at everything. Scans are the truth; what the watchers say only makes it prompt.
    func look() {
        nextLook = now + settings.scanInterval
        guard hasRoot() else { return tellService() }
        watch()
        let complete = watchers.mapValues { $0.drain() }
        let endings = unfinished
        unfinished = []
        for ending in endings { settle(ending) }
        scheduler.hold = QueueMark.current(in: root)
        QueueMark.obey(scheduler.hold, in: root)
        do {
            let begun = try running.look(
                complete: complete[.running] ?? [], except: Set(unfinished.map(\.job)),
                isFirst: !hasRecovered, now: now)
            hasRecovered = true
            for item in begun { take(item) }
            if !isStopping {
                for item in try intake.scan(complete: complete[.queued] ?? [], now: now) { take(item) }
            }
            let unreadable = try folder.unreadableNames()
            complain(
                .names,
                unreadable == 0
                    ? nil
                    : "\(unreadable) names in \(root.jobs) are no UTF-8; rename these files, they are left alone"
            )
            if running.isWaiting || intake.isWaiting {
                nextLook = min(nextLook, now + ScanStability.age)
            }
            complain(.look, nil)
        } catch {
            complain(.look, "\(error)")
            // Somebody removed the folders: they are the interface, so they come back. Not so where the root itself has
            // gone during this look.
            if hasRoot() { try? folder.createTree() }
        }
        listen()
        tellService()
    }

    /// Whether the root is still the folder that was locked. An empty mount point is no reason to begin anew there.
    func hasRoot() -> Bool {
        switch lock.state {
        case .held:
            complain(.root, nil)
            return true
        case .elsewhere:
            complain(
                .root,
                "\(root.path) is no longer the folder that this daemon serves (unmounted, or replaced by another); "
                    + "nothing is started until it is back; restart the daemon to serve what is there now")
            return false
        case .lost:
            do {
                try lock.retake()
                log.warning("\(root.lock) had been removed; it is locked anew")
                return true
            } catch {
                complain(.root, "\(error)")
                return false
            }
        }
    }

    /// Before a scan, so that nothing falls between the two.
    private func watch() {
        for place in [JobFolder.Place.queued, .running] {
            do {
                if watchers[place] == nil { watchers[place] = try FolderWatcher(folder.path(place)) }
                if let watcher = watchers[place], !watcher.isArmed { try watcher.arm() }
                complain(.watch(place), nil)
            } catch {
                complain(
                    .watch(place),
                    "\(error); changes are found by looking every \(settings.scanInterval.formatted()) s")
            }
        }
    }

    private func take(_ news: Intake.News) {
        switch news {
        case .arrived(let job):
            log(job.name).info("\(job.name.stem): queued, priority \(job.priority)")
            scheduler.enqueue(job)
        case .withdrew(let name):
            log(name).info("\(name.stem): no longer queued, its file has changed or gone")
            scheduler.withdraw(name)
            withdrawn(name)
        case .refused(let fileName, let reason):
            log.warning("refused: \(reason)")
            metrics.jobsFinished[.failed, default: 0] += 1
            if let name = try? JobName(fileName: fileName) { tell(.failed, name, reason) }
        case .stuck(let fileName, let reason): log.error("\(fileName): \(reason)")
        }
    }

    private func take(_ news: RunningJobs.News) {
        switch news {
        case .departed(let name, let departure):
            log(name).info("\(name.stem): \(Scheduler.Interruption.departed(departure).text)")
            let bytes = running.remove(name)
            if departure == .removed {
                settle(Ending(job: name, place: .cancelled, reason: nil, bytes: bytes))
            }
            perform(scheduler.departed(name, departure, now: now))
        case .changed(let name, let outline):
            scheduler.reprioritize(name, outline.priority, outline.wish)
        case .appeared(let job):
            let record = AttemptRecord.load(root.run(job.name.stem).attempts) ?? AttemptRecord()
            scheduler.resume(job, record)
            log(job.name).info("\(job.name.stem): taken up again")
        case .refused(let name, let reason): finish(name, .failed, reason: reason)
        case .doubled(let name, let reason):
            log.warning("refused: \(reason)")
            settle(Ending(job: name, place: .failed, reason: reason, bytes: nil))
            metrics.jobsFinished[.failed, default: 0] += 1
            tell(.failed, name, reason)
        case .strange(let fileName):
            log.error("\(fileName) in \(root.running) is no name of a job; it is left alone")
        case .stuck(let name, let reason): log(name).error("\(reason)")
        }
    }

    /// A job that had not begun: a person may have cancelled or paused it.
    private func withdrawn(_ name: JobName) {
        if folder.identity(name.fileName, in: .cancelled) != nil {
            metrics.jobsFinished[.cancelled, default: 0] += 1
            tell(.cancelled, name, "before it had begun")
        } else if folder.identity(name.fileName, in: .paused) != nil {
            tell(.paused, name, "before it had begun")
        }
    }

    /// Whether the workers still say how they are. On a full disk they wait, and may have no room to say so in.
    private func listen() {
        var full: FilePath?
        for job in attempts.keys where !scheduler.isInterrupted(job) {
            let seconds = attempts[job]?.silence.look(
                root.run(job.stem).status, now: now, longestGap: 4 * settings.scanInterval + 10)
            guard let seconds, seconds >= settings.stallTimeout else { continue }
            if let folder = fullFolder(job) {
                full = folder
                attempts[job]?.silence = Silence()
            } else {
                perform(scheduler.silent(job, seconds: seconds, now: now))
            }
        }
        complain(
            .space,
            full.map { "no room is left in \($0): free some; the jobs that wait for it go on by themselves" })
    }
}

extension Supervisor {
    /// Where a run's files go, if nothing more goes there.
    private func fullFolder(_ job: JobName) -> FilePath? {
        [root.run(job.stem).path, root.runs].first { folder in
            var facts = statvfs()
            guard statvfs(folder.string, &facts) == 0 else { return false }
            // Some file systems count no names.
            return facts.f_bavail * facts.f_frsize < Self.leastRoom
                || facts.f_files > 0 && facts.f_favail == 0
        }
    }

    /// In bytes: room for a folder and a small file.
    private static let leastRoom = UInt(1 << 16)
}

extension Scheduler.Interruption {
    /// For a person.
    var text: String {
        switch self {
        case .daemonStops: "the daemon stops"
        case .queuePaused: "the queue is paused"
        case .preempted(let other): "it gives way to \(other.stem), whose priority is higher"
        case .departed(.cancelled): "it was cancelled"
        case .departed(.paused): "it was paused"
        case .departed(.requeued): "it was put back into the queue"
        case .departed(.removed): "it was cancelled, its file deleted"
        case .departed(.setAside): "its file was moved away by hand"
        case .silent(let seconds): "it has reported nothing for \(Int(seconds)) s"
        }
    }
}
