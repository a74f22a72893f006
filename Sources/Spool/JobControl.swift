// What a person may ask for a job, and what that means for its file: pure, so that every case can be looked at. The move
// itself is JobFolder+Control.swift's.

internal import Jobs

package enum JobControl: String, Sendable, CaseIterable {
    case cancel, retry, pause, resume

    package enum Decision: Hashable, Sendable {
        case move(JobFolder.Sighting)
        /// There is nothing to do.
        case already(JobFolder.Sighting)
        /// Why not, and what to do instead.
        case refuse(String)
    }

    package var destination: JobFolder.Place {
        switch self {
        case .cancel: .cancelled
        case .pause: .paused
        case .retry, .resume: .queued
        }
    }

    /// Whether a file of that name in the destination gives way, as it does when the daemon finishes a job.
    package var replaces: Bool { self == .cancel }

    /// The places that a job may be moved from.
    package var origins: [JobFolder.Place] {
        switch self {
        case .cancel: [.running, .queued, .paused]
        case .retry: JobFolder.Place.over
        case .pause: [.running, .queued]
        case .resume: [.paused]
        }
    }

    /// - Parameters:
    ///   - name: a run's, or a job file's.
    ///   - files: everything that lies in the folders.
    package func decide(_ name: String, among files: [JobFolder.Sighting]) -> Decision {
        let named = files.filter { $0.fileName == name }
        let meant = named.isEmpty ? files.filter { $0.stem == name } : named
        let groups = precedence.map { places in meant.filter { places.contains($0.place) } }
        guard let group = groups.first(where: { !$0.isEmpty }) else {
            return .refuse(Self.unknown(name, among: files.flatMap(\.names)))
        }
        guard Set(group.map(\.fileName)).count == 1, let file = group.max(by: { $0.changed < $1.changed })
        else {
            let choices = group.map(\.description).sorted().joined(separator: " or ")
            return .refuse("\"\(name)\" may be \(choices); give the whole name of the file")
        }
        if origins.contains(file.place) {
            return rival(of: file, among: files).map { .refuse($0) } ?? .move(file)
        }
        return refusal(file).map { .refuse($0) } ?? .already(file)
    }

    /// - Parameter names: of all there are, runs and files.
    package static func unknown(_ name: String, among names: [String]) -> String {
        let shown = name.count > longestShown ? name.prefix(longestShown) + "…" : name
        guard !names.isEmpty else { return "there is no job \"\(shown)\", nor any other" }
        // Of a path only the end can be a name.
        let end = name.split(separator: "/").last.map(String.init) ?? name
        let advice =
            nearestWord(to: end, among: names).map { "did you mean \($0)?" }
            ?? "\"alexnetd jobs\" lists those there are"
        return "there is no job \"\(shown)\"; \(advice)"
    }

    private static let longestShown = 80

    /// Where a name that lies in several places is taken from: what goes on before what is over.
    private var precedence: [[JobFolder.Place]] {
        (self == .resume ? [[.paused], [.running], [.queued]] : [[.running], [.queued], [.paused]])
            + [JobFolder.Place.over]
    }

    /// Another file of the run, beside which this one must not come.
    private func rival(of file: JobFolder.Sighting, among files: [JobFolder.Sighting]) -> String? {
        let places: [JobFolder.Place] =
            switch self {
            case .cancel: []
            case .pause: [.paused]
            case .retry, .resume: JobFolder.Place.alive
            }
        let rival = files.first { $0.stem == file.stem && places.contains($0.place) && $0 != file }
        return rival.map { rival in
            "\(file) stays: the run \"\(file.stem)\" is that of \(rival), which \(rival.place.verb); cancel that first"
        }
    }

    /// Nil where the job has what is asked for.
    private func refusal(_ file: JobFolder.Sighting) -> String? {
        let fact = "\(file.stem) \(file.place.verb)"
        switch (self, file.place) {
        case (.cancel, .done), (.cancel, .failed): return "\(fact); there is nothing to cancel"
        case (.pause, .done), (.pause, .failed), (.pause, .cancelled):
            return "\(fact); only what waits or runs can be paused"
        case (.resume, .done), (.resume, .failed), (.resume, .cancelled):
            return "\(fact); \"alexnetd retry \(file.stem)\" queues it again"
        case (.retry, .paused): return "\(fact); \"alexnetd resume \(file.stem)\" lets it go on"
        default: return nil
        }
    }
}

extension JobFolder.Place {
    /// Of these, a run has one at a time.
    package static let alive: [Self] = [.queued, .running, .paused]
    package static let over: [Self] = [.done, .failed, .cancelled]

    /// "is done", of a job.
    package var verb: String {
        switch self {
        case .queued: "waits for its turn"
        case .running: "is running"
        case .paused: "is paused"
        case .done: "is done"
        case .failed: "has failed"
        case .cancelled: "is cancelled"
        }
    }
}
