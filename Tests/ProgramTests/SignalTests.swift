// SIGTERM and its like: a worker checkpoints and asks to be run again; the daemon passes it on and its next start goes on.

import Daemon
import Foundation
import Jobs
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct SignalTests {
        let place: Workplace
        let job: SmallJob

        init() throws {
            place = try Workplace()
            // No checkpoint but for the one that the signal asks for.
            job = place.job.with("epochs", "8").with("checkpoint", "{every: 1h, keep: all}")
        }

        @Test(arguments: SignalSubscription.endings)
        func aStoppedWorkerCheckpointsAndGoesOn(_ signal: Int32) async throws {
            let program = try place.train(job)
            try eventually("it trains") { place.status()?.step ?? 0 > 0 }
            program.signal(signal)
            #expect(try await program.end() == .exited(75), "\(program.output)")
            let status = try #require(place.status())
            #expect(status.state == .stopped)
            #expect(status.pid == nil)
            let step = try #require(place.store().steps().last)
            #expect(step < 72)
            #expect(step == status.step)
            #expect(try place.store().verified(step) != nil)

            #expect(try await place.trained(job).end == .exited(0))
            let reference = try Workplace(sharing: place)
            try await reference.trained(job)
            #expect(try place.store().contents(of: 72) == reference.store().contents(of: 72))
            try expectSameCurves(place.run(), as: reference.run())
        }

        @Test func aStoppedDaemonLeavesItsJobToTheNext() async throws {
            var daemon = try place.serve()
            try eventually("the job folder is there") { place.exists(place.root.jobs) }
            try place.drop(job.text, "net.yml")
            try eventually("it trains: \(daemon.errorOutput)") { place.status()?.step ?? 0 > 0 }
            daemon.signal(SIGTERM)
            #expect(try await daemon.end() == .exited(0), "\(daemon.errorOutput)")
            #expect(place.exists(place.root.running.appending("net.yml")))
            #expect(place.status()?.state == .stopped)
            let step = try #require(place.store().steps().last)
            #expect(step < 72)

            daemon = try place.serve()
            try eventually("the job is done: \(daemon.errorOutput)") {
                place.exists(place.root.done.appending("net.yml"))
            }
            daemon.signal(SIGTERM)
            #expect(try await daemon.end() == .exited(0))
            #expect(place.status()?.state == .done)
            #expect(place.text(place.run().log).contains("going on from the checkpoint of step \(step)"))
            #expect(try RunCurves(place.run()).repeated == [])
        }

        /// As `demo` starts it: gone when the demo is, Ctrl-C included.
        @Test func aDaemonOnALifelineEndsWithIt() async throws {
            let daemon = try Program(["serve", "--root", place.root.path.string, "--lifeline", "0"])
            #expect(try await daemon.end() == .exited(0), "standard input is at its end")
            #expect(daemon.errorOutput.contains("stopped"), "\(daemon.errorOutput)")
        }

        /// A worker whose job is none for reasons that its daemon cannot see: it is the only one who can tell.
        @Test func aWorkerThatCannotBeginLeavesWord() async throws {
            let prepared = try PreparedFolder()
            let file = try prepared.put("bad.yml", "running", "dataset: /d\nepochs: many\n")
            let run = prepared.root.run("bad")
            try FileManager.default.createDirectory(
                atPath: run.path.string, withIntermediateDirectories: true)
            let worker = try await prepared.shell(
                "mkfifo held; alexnetd train \(file) --root $ALEXNETD_ROOT --lifeline 3 3<>held")
            #expect(worker.end == .exited(65))
            let status = try #require(RunStatus.load(run.status))
            #expect(status.state == .failed && status.name == "bad")
            #expect(try #require(status.message).contains("epochs"), "\(status)")
        }

        @Test func jobsSaysThatAWorkerIsGone() async throws {
            let daemon = try place.serve()
            try eventually("the job folder is there") { place.exists(place.root.jobs) }
            try place.drop(job.with("epochs", "1000").text, "net.yml")
            try eventually("it trains: \(daemon.errorOutput)") { place.status()?.step ?? 0 > 0 }
            daemon.signal(SIGKILL)
            try eventually("the worker ends with its daemon") { !FileLock.isHeld(place.run().lock) }
            let jobs = try await Program.run("jobs", "--root", place.root.path.string)
            #expect(jobs.output.contains("interrupted"), "\(jobs.output)")
            #expect(!jobs.output.contains("training"), "\(jobs.output)")
        }

        /// A second daemon says who serves the root already.
        @Test func oneDaemonPerRoot() async throws {
            let daemon = try place.serve()
            try eventually("it serves") { FileLock.isHeld(place.root.lock) }
            let second = try place.serve()
            #expect(try await second.end() == .exited(78))
            #expect(second.errorOutput.contains("\(daemon.pid)"), "\(second.errorOutput)")
            daemon.signal(SIGTERM)
            #expect(try await daemon.end() == .exited(0))
        }
    }
}
