// What the daemon needs to know of a job: that its file is right, as far as that goes without its data, and its place in
// the line.

package import Jobs
package import Spool

package struct JobOutline: Hashable, Sendable {
    package let priority: Int
    package let wish: Scheduler.Wish
}

extension JobFolder {
    /// - Parameter machine: whose GPUs jobs may have.
    func outline(_ name: JobName, in place: Place, on machine: Machine) throws(JobError) -> JobOutline {
        let spec = try spec(name, in: place)
        let earlier = Plan.load(root.run(name.stem))
        let plan = try naming(name) { () throws(JobError) in
            try spec.plan(name: name.stem, relativeTo: nil, on: { machine }, earlier: earlier)
        }
        let wish: Scheduler.Wish =
            switch plan.device {
            case _ where (spec.device ?? .auto) == .auto && earlier == nil: .auto
            case .cpu: .cpu
            case .cuda(let which): .gpu(which.map { machine.gpus($0).first?.uuid ?? $0 })
            }
        return JobOutline(priority: plan.priority, wish: wish)
    }

    /// Of the jobs in a folder, whatever machine they are for.
    package func priority(_ name: JobName, in place: Place) throws(JobError) -> Int {
        let spec = try spec(name, in: place)
        return try naming(name) { () throws(JobError) in
            try spec.plan(name: name.stem, relativeTo: nil, on: nil).priority
        }
    }

    private func spec(_ name: JobName, in place: Place) throws(JobError) -> JobSpec {
        try naming(name) { () throws(JobError) in
            let bytes = try JobFile.read(path(name.fileName, in: place), followsLinks: false)
            return try JobSpec(bytes: bytes, file: name.fileName)
        }
    }

    /// The file will lie elsewhere when an error is read, so its name must do.
    private func naming<T>(_ name: JobName, _ body: () throws(JobError) -> T) throws(JobError) -> T {
        do {
            return try body()
        } catch {
            throw JobError(
                error.code, error.problem, file: name.fileName, line: error.line, key: error.key,
                cause: error.cause)
        }
    }
}
