// What the operator's tools are told: systemd.

internal import Jobs

extension Supervisor {
    func tellService() {}

    /// A job has come to another state.
    func tell(_ job: JobName, _ status: RunStatus) {}
}

extension Settings {
    var limits: Scheduler.Limits {
        var limits = Scheduler.Limits()
        (limits.mostAttempts, limits.stopPatience) = (maxAttempts, stopTimeout)
        return limits
    }
}

extension Notify {
    func sendReloading() {}
}
