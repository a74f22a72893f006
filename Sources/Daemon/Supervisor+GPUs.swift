// The GPUs that jobs are given: which there are, which fail, and which jobs wait for one in vain.

internal import Files
internal import Foundation
internal import Glibc
internal import Jobs
internal import SystemPackage

extension Supervisor {
    /// At the start and with every reload; what had been taken out of service is tried again.
    func lookForGPUs() {
        let found =
            settings.gpus == .none ? Machine.cpu(because: "none is looked for") : MachineLook.look(command)
        for uuid in gpus.replace(found, settings.gpus) {
            log.error("the setting gpus names \(uuid), which is none of this machine's GPUs, or several")
        }
        (intake.machine, running.machine) = (gpus.machine, gpus.machine)
        serveGPUs()
        for gpu in gpus.machine.gpus { log.info("cuda:\(gpu.index) is in service: \(gpu.name), \(gpu.uuid)") }
        if gpus.machine.gpus.isEmpty, let problem = gpus.machine.problem, command.doctor != nil {
            log.info("jobs are trained on the CPU: \(problem)")
        }
    }

    /// Counts the faults of the GPU that a worker has had.
    func judge(_ attempt: Attempt, of job: JobName, _ outcome: WorkerOutcome) {
        guard let uuid = attempt.gpu else { return }
        let isFault =
            outcome == .exited(ExitCode.fault.rawValue) && status(of: job)?.deviceFault == true
        guard gpus.ended(on: uuid, isDeviceFault: isFault) else { return }
        log.critical(
            """
            \(name(uuid)) is taken out of service after \(GPUPool.mostFaults) faults in a row; see nvidia-smi -q and the \
            kernel's log, then have the daemon reload (SIGHUP) or start again
            """)
        serveGPUs()
    }

    private func serveGPUs() {
        scheduler.serve(gpus.inService)
        leave(gpus.machine.gpus.filter { gpus.isOut($0.uuid) }.map { name($0.uuid) }, at: root.gpusOut)
    }

    /// "cuda:1 (NVIDIA H200, GPU-…)"
    private func name(_ uuid: String) -> String {
        gpus.gpu(uuid).map { "cuda:\($0.index) (\($0.name), \(uuid))" } ?? uuid
    }

    /// Says of the jobs that begin nothing that the GPU they want is not there.
    func tellStranded() {
        let now = Set(scheduler.stranded)
        let lines = now.map { "\($0.fileName): waits for its GPU: \(troubleOfGPUs)" }.sorted()
        if isAtHome, lines != strandedLines, leave(lines, at: root.stranded) { strandedLines = lines }
        for job in now.subtracting(stranded).sorted(by: { $0.fileName < $1.fileName }) {
            let reason = "waits for its GPU: \(troubleOfGPUs)"
            log(job).warning("\(job.stem): \(reason)")
            if scheduler.held.contains(job) { announce(job, .waiting, reason) }
        }
        stranded = now
    }

    /// For `alexnetd jobs`; where it cannot be written, the log has it.
    /// - Returns: whether it is there.
    @discardableResult
    private func leave(_ lines: [String], at path: FilePath) -> Bool {
        guard !lines.isEmpty else { return unlink(path.string) == 0 || errno == ENOENT }
        let text = Data(lines.map { $0 + "\n" }.joined().utf8)
        return (try? path.replaceContents(with: text, durable: false)) != nil
    }

    /// Why a job may have to wait for a GPU.
    private var troubleOfGPUs: String {
        let out = gpus.machine.gpus.filter { gpus.isOut($0.uuid) }.map { name($0.uuid) }
        guard out.isEmpty else { return "out of service after faults: \(out.joined(separator: ", "))" }
        return gpus.machine.problem ?? "it is not one of those in service"
    }

    /// What is to be said in the line for systemd and for `alexnetd jobs`; empty where all is well.
    var gpusOut: String {
        let out = gpus.machine.gpus.filter { gpus.isOut($0.uuid) }
        return out.isEmpty
            ? "" : "out of service: " + out.map { "cuda:\($0.index)" }.joined(separator: ", ") + "; "
    }
}

extension Supervisor.Attempt {
    /// Whether a status is of this attempt; its time is in whole seconds.
    func isSince(_ time: Date) -> Bool { time >= start.addingTimeInterval(-1) }
}
