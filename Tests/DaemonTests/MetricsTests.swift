// The text held to the rules of the exposition format: https://prometheus.io/docs/instrumenting/exposition_formats/

import Foundation
import Jobs
import Spool
import SystemPackage
import TemporaryFolders
import Testing

@testable import Daemon

@Suite struct MetricsTests {
    /// A sample's line, taken apart.
    struct Sample: Hashable {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    static var full: Metrics {
        var status = RunStatus(state: .training, attempt: 2)
        (status.epoch, status.epochs, status.step, status.steps) = (3, 90, 1200, 36_000)
        (status.loss, status.imagesPerSecond, status.eta) = (2.125, 78.5, 12_345.5)
        (status.lastCheckpoint, status.lastCheckpointAt) = (1100, Date(timeIntervalSince1970: 1_700_000_000))
        var metrics = Metrics(version: "1.2.3")
        metrics.jobs = [.queued: 4, .running: 1]
        metrics.holds = [.draining]
        metrics.running = [Metrics.Running(job: "net", device: "GPU-1", status: status)]
        metrics.gpus = ["GPU-1": true, "GPU-2": false]
        metrics.workerStarts = 7
        metrics.workerEnds = ["done": 2, "killed": 4]
        metrics.jobsFinished = [.done: 2]
        metrics.lastLook = Date(timeIntervalSince1970: 1_700_000_000.25)
        return metrics
    }

    /// Each family once: HELP, TYPE, then its samples, none twice.
    static func parse(_ text: String) throws -> [Sample] {
        #expect(text.hasSuffix("\n"))
        var samples: [Sample] = []
        var families: Set<String> = []
        var family = ""
        var kind = ""
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        for (index, line) in lines.enumerated() {
            if let help = line.wholeMatch(of: /# HELP ([a-z_]+) [^\\]+\./) {
                family = String(help.1)
                #expect(families.insert(family).inserted, "\(family) comes twice")
                kind = ""
            } else if let type = line.wholeMatch(of: /# TYPE ([a-z_]+) (gauge|counter)/) {
                #expect(type.1 == family && lines[index - 1].hasPrefix("# HELP "))
                kind = String(type.2)
                #expect((kind == "counter") == family.hasSuffix("_total"))
            } else {
                let match = try #require(
                    line.wholeMatch(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)/), "\(line)")
                #expect(match.1 == family && !kind.isEmpty, "\(line)")
                let written = String(match.3)
                let value = try #require(
                    ["NaN": Double.nan, "+Inf": .infinity, "-Inf": -.infinity][written] ?? Double(written))
                let sample = Sample(
                    name: family, labels: try labels(match.2.map(String.init) ?? ""), value: value)
                #expect(!samples.contains { $0.name == sample.name && $0.labels == sample.labels })
                samples.append(sample)
            }
        }
        return samples
    }

    static func labels(_ text: String) throws -> [String: String] {
        var labels: [String: String] = [:]
        var rest = text[...]
        while !rest.isEmpty {
            let match = try #require(
                rest.prefixMatch(of: /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)",?/), "\(text)")
            let value = String(match.2).replacing("\\n", with: "\n").replacing("\\\"", with: "\"")
            labels[String(match.1)] = value.replacing("\\\\", with: "\\")
            rest = rest[match.range.upperBound...]
        }
        return labels
    }

    @Test func everyFigureIsThere() throws {
        let samples = try Self.parse(Self.full.text)
        func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
            samples.first { $0.name == "alexnetd_" + name && $0.labels == labels }?.value
        }
        #expect(value("info", ["version": "1.2.3"]) == 1)
        let states = ["queued": 4.0, "running": 1, "paused": 0, "done": 0, "failed": 0, "cancelled": 0]
        for (state, count) in states { #expect(value("jobs", ["state": state]) == count) }
        #expect(value("queue_held", ["by": "draining"]) == 1)
        #expect(value("queue_held", ["by": "paused"]) == 0)
        let job = [
            "epoch": 3.0, "epochs": 90, "step": 1200, "steps": 36_000, "loss": 2.125,
            "images_per_second": 78.5, "eta_seconds": 12_345.5, "last_checkpoint_step": 1100,
            "last_checkpoint_timestamp_seconds": 1_700_000_000,
        ]
        for (name, figure) in job { #expect(value("job_" + name, ["job": "net"]) == figure, "\(name)") }
        #expect(value("job_device", ["job": "net", "device": "GPU-1"]) == 1)
        #expect(value("gpu_in_service", ["gpu": "GPU-1"]) == 1)
        #expect(value("gpu_in_service", ["gpu": "GPU-2"]) == 0)
        #expect(value("worker_starts_total") == 7)
        #expect(value("worker_ends_total", ["outcome": "killed"]) == 4)
        #expect(value("jobs_finished_total", ["state": "done"]) == 2)
        #expect(value("jobs_finished_total", ["state": "failed"]) == 0, "a counter begins at zero")
        #expect(value("last_look_timestamp_seconds") == 1_700_000_000.25)
        #expect(samples.count == 1 + 6 + 2 + 1 + 2 + 9 + 1 + 2 + 3 + 1)
    }

    @Test func withoutAJobThereAreNoFiguresOfOne() throws {
        let samples = try Self.parse(Metrics(version: "1").text)
        #expect(!samples.isEmpty)
        #expect(!samples.contains { $0.name.hasPrefix("alexnetd_job_") || $0.name.contains("last_look") })
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e-30, 1e300, -0.5, -1.25e17])
    func everyNumberCanBeRead(_ loss: Double) throws {
        var metrics = Self.full
        metrics.running[0].status.loss = loss
        let sample = try Self.parse(metrics.text).first { $0.name == "alexnetd_job_loss" }
        let value = try #require(sample?.value)
        #expect(value == loss || value.isNaN && loss.isNaN)
    }

    @Test func labelsAreEscaped() throws {
        let evil = "a\"} 1\n\\n# TYPE x\\"
        var metrics = Self.full
        metrics.workerEnds = [evil: 1]
        let samples = try Self.parse(metrics.text)
        #expect(samples.filter { $0.name == "alexnetd_worker_ends_total" }.count == 1)
        #expect(metrics.text.contains(#"{outcome="a\"} 1\n\\n# TYPE x\\"} 1"# + "\n"))
    }

    @Test func theFileIsForAll() throws {
        let temporary = try TemporaryFolder()
        let path = temporary.path.appending("alexnetd.prom")
        try temporary.write("old".utf8, to: "alexnetd.prom")
        chmod(path.string, 0o600)
        try Self.full.write(to: path)
        #expect(try String(contentsOfFile: path.string, encoding: .utf8) == Self.full.text)
        var facts = stat()
        #expect(stat(path.string, &facts) == 0 && facts.st_mode & 0o777 == 0o644)
        #expect(try temporary.names() == ["alexnetd.prom"])
        #expect(throws: Errno.self) { try Self.full.write(to: temporary.path.appending("none/x.prom")) }
    }
}
