// What a person's word means for each place that a job can lie in, and which of several files it means.

import Spool
import Testing

@Suite struct JobControlTests {
    typealias Sighting = JobFolder.Sighting
    typealias Place = JobFolder.Place

    /// Every pair of the four words and the six places.
    static let edges: [(JobControl, Place, moves: Bool, answer: String?)] = [
        (.cancel, .queued, true, nil), (.cancel, .running, true, nil), (.cancel, .paused, true, nil),
        (.cancel, .done, false, "is done; there is nothing to cancel"),
        (.cancel, .failed, false, "has failed; there is nothing to cancel"),
        (.cancel, .cancelled, false, nil),
        (.retry, .queued, false, nil), (.retry, .running, false, nil),
        (.retry, .paused, false, "alexnetd resume a"),
        (.retry, .done, true, nil), (.retry, .failed, true, nil), (.retry, .cancelled, true, nil),
        (.pause, .queued, true, nil), (.pause, .running, true, nil), (.pause, .paused, false, nil),
        (.pause, .done, false, "only what waits or runs"),
        (.pause, .failed, false, "only what waits or runs"),
        (.pause, .cancelled, false, "only what waits or runs"),
        (.resume, .queued, false, nil), (.resume, .running, false, nil), (.resume, .paused, true, nil),
        (.resume, .done, false, "alexnetd retry a"), (.resume, .failed, false, "alexnetd retry a"),
        (.resume, .cancelled, false, "alexnetd retry a"),
    ]

    @Test func noEdgeIsMissing() {
        #expect(
            Set(Self.edges.map { "\($0.0) \($0.1)" }).count == JobControl.allCases.count
                * Place.allCases.count)
    }

    @Test(arguments: edges) func everyEdge(
        _ control: JobControl, _ place: Place, moves: Bool, answer: String?
    ) {
        let file = Sighting("a.yml", in: place)
        let decision = control.decide("a", among: [Sighting("b.yml", in: .running), file])
        switch decision {
        case .move(let moved):
            #expect(moves)
            #expect(moved == file)
            #expect(control.origins.contains(place))
        case .already(let there):
            #expect(!moves && answer == nil)
            #expect(there == file)
        case .refuse(let reason):
            #expect(reason.hasPrefix("a "))
            #expect(answer.map(reason.contains) == true, "\(reason)")
        }
    }

    @Test func theFileNameMeansTheSame() {
        let file = Sighting("a.yml", in: .paused)
        #expect(JobControl.resume.decide("a.yml", among: [file]) == .move(file))
        #expect(JobControl.resume.decide("a.yaml", among: [file]) != .move(file))
    }

    /// A run may be called "a.yml", by a file a.yml.yml.
    @Test func aFileNameComesBeforeARun() {
        let (file, run) = (Sighting("a.yml", in: .queued), Sighting("a.yml.yml", in: .queued))
        #expect(JobControl.cancel.decide("a.yml", among: [run, file]) == .move(file))
        #expect(JobControl.cancel.decide("a.yml", among: [run]) == .move(run))
    }

    @Test func theNearestNameIsOffered() {
        func answer(_ name: String, _ files: [Sighting]) -> String {
            guard case .refuse(let reason) = JobControl.cancel.decide(name, among: files) else { return "" }
            return reason
        }
        let files = [Sighting("caltech.yml", in: .queued), Sighting("flowers.json", in: .done)]
        #expect(answer("catlech", files).contains("did you mean caltech?"))
        #expect(answer("flower.json", files).contains("did you mean flowers.json?"))
        #expect(answer("jobs/done/flower", files).contains("did you mean flowers?"))
        #expect(answer("zzz", files).contains("lists those there are"))
        #expect(answer("zzz", []).contains("nor any other"))
        #expect(answer(String(repeating: "z", count: 5000), files).count < 200)
    }

    @Test func whatGoesOnComesBeforeWhatIsOver() {
        let places: [Place] = [.done, .failed, .cancelled, .paused, .queued, .running]
        let files = places.map { Sighting("a.yml", in: $0) }
        #expect(JobControl.cancel.decide("a", among: files) == .move(files[5]))
        #expect(JobControl.retry.decide("a", among: files) == .already(files[5]))
        #expect(JobControl.cancel.decide("a", among: Array(files[..<5])) == .move(files[4]))
    }

    @Test func ofWhatIsOverTheNewestIsMeant() {
        let files = [
            Sighting("a.yml", in: .failed, changed: 3), Sighting("a.yml", in: .done, changed: 5),
            Sighting("a.yml", in: .cancelled, changed: 4),
        ]
        #expect(JobControl.retry.decide("a", among: files) == .move(files[1]))
        #expect(JobControl.cancel.decide("a", among: [files[0], files[2]]) == .already(files[2]))
    }

    @Test func twoFilesOfARunAreAskedAbout() {
        let files = [Sighting("a.yml", in: .done, changed: 1), Sighting("a.json", in: .failed, changed: 2)]
        guard case .refuse(let reason) = JobControl.retry.decide("a", among: files) else {
            Issue.record("one was chosen")
            return
        }
        #expect(reason.contains("jobs/done/a.yml or jobs/failed/a.json") || reason.contains("a.json or"))
        #expect(JobControl.retry.decide("a.json", among: files) == .move(files[1]))
    }

    @Test(arguments: Place.alive) func aRunHasOneFileInTheQueue(_ place: Place) {
        let (file, rival) = (Sighting("a.json", in: .failed), Sighting("a.yml", in: place))
        guard case .refuse(let reason) = JobControl.retry.decide("a.json", among: [file, rival]) else {
            Issue.record("it was moved")
            return
        }
        #expect(reason.contains("a.yml"), "\(reason)")
    }

    @Test func nothingIsPausedOverAPausedJob() {
        let files = [Sighting("a.yml", in: .queued), Sighting("a.json", in: .paused)]
        guard case .refuse(let reason) = JobControl.pause.decide("a.yml", among: files) else {
            Issue.record("it was moved")
            return
        }
        #expect(reason.contains("jobs/paused/a.json"), "\(reason)")
    }
}
