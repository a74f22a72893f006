// What the operator's tools are told: systemd, the hooks, the metrics file.

internal import Foundation
internal import Jobs
internal import Spool

extension Supervisor {
    /// Seconds that systemd is asked to wait, again and again, for a start or a stop that goes on.
    static let patienceOfSystemd = 30.0

    /// After every look.
    func tellService() {
        tellStranded()
        let running = scheduler.working.map { working in
            (working.job.stem, working.slot, status(of: working.job))
        }
        let line = statusLine(running.map { ($0.0, $0.2) })
        log.debug("looked at the folders: \(line)")
        if line != toldStatus { notify.send(.status(line)) }
        toldStatus = line
        guard let path = settings.metrics else { return }
        metrics.lastLook = Date()
        metrics.running = running.compactMap { job, slot, status in
            status.map { Metrics.Running(job: job, device: slot.name, status: $0) }
        }
        metrics.gpus = gpus.machine.gpus.map { ($0.uuid, !gpus.isOut($0.uuid)) }.reduce(into: [:]) {
            $0[$1.0] = $1.1
        }
        metrics.holds = Set(QueueMark.allCases.filter { $0.lies(in: root) })
        for place in JobFolder.Place.allCases { metrics.jobs[place] = (try? folder.scan(place))?.count }
        do {
            try metrics.write(to: path)
            complain(.metrics, nil)
        } catch {
            complain(.metrics, "\(path) cannot be written, check its folder and permissions: \(error)")
        }
    }

    /// Tells systemd that the daemon lives and, while it stops, that it is still about it.
    func showLife() {
        guard now >= nextSign else { return }
        nextSign = now + min(notify.watchdogInterval ?? .infinity, Self.patienceOfSystemd / 2)
        if notify.watchdogInterval != nil { notify.send(.watchdog) }
        // Patience with the worker is the scheduler's; it kills it in time.
        if isStopping { notify.send(.extendTimeout(seconds: Self.patienceOfSystemd)) }
    }

    /// The hooks that run and wait have their time, each other's included.
    func endHooks() {
        let seconds = min(settings.hookTimeout, Self.patienceOfSystemd)
        nextSign = 0
        hooks.drain(within: seconds) { showLife() }
    }

    /// A job has come to another state.
    /// - Parameter message: of one that has no run, or whose run is another's.
    func tell(_ state: Hooks.State, _ job: JobName, _ message: String? = nil) {
        guard let message else {
            let status = try? root.run(job.stem).status.contentsIfPresent()
            return hooks.run(state, job: job, status: status.flatMap(\.self))
        }
        var status = RunStatus(state: RunStatus.State(rawValue: state.rawValue) ?? .stopped, attempt: 0)
        (status.name, status.message) = (job.stem, message)
        hooks.run(state, job: job, status: try? status.json())
    }

    private func statusLine(_ running: [(job: String, status: RunStatus?)]) -> String {
        let waiting = (try? folder.scan(.queued))?.count ?? 0
        let queue = waiting == 0 ? "" : ", \(waiting) in the queue"
        if let trouble = complaints[.root] { return trouble }
        let held = gpusOut + (scheduler.hold.map { $0 == .paused ? "paused; " : "draining; " } ?? "")
        guard !running.isEmpty else { return held + "idle" + queue }
        return held + running.map { Self.text(of: $0.job, $0.status) }.joined(separator: "; ") + queue
    }

    private static func text(of job: String, _ status: RunStatus?) -> String {
        var text = "\(job): \(status?.state.rawValue ?? "starting")"
        if let epoch = status?.epoch, let epochs = status?.epochs { text += ", epoch \(epoch) of \(epochs)" }
        if let rate = status?.imagesPerSecond { text += String(format: ", %.0f images/s", rate) }
        return text
    }
}

extension Scheduler.Slot {
    /// "cpu", or the GPU's uuid.
    var name: String {
        switch self {
        case .cpu: "cpu"
        case .gpu(let uuid): uuid
        }
    }
}

extension Settings {
    var limits: Scheduler.Limits {
        var limits = Scheduler.Limits()
        (limits.mostAttempts, limits.stopPatience) = (maxAttempts, stopTimeout)
        return limits
    }
}
