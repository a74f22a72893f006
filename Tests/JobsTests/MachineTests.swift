// What a job runs on, of what a machine has; and that a run stays with what it was begun on.

import Foundation
import Jobs
import Testing

@Suite struct MachineTests {
    static func gpu(_ index: Int, _ uuid: String, _ capability: String = "9.0") -> Machine.GPU {
        Machine.GPU(index: index, name: "GPU \(index)", uuid: uuid, memory: 1 << 34, capability: capability)
    }

    static let none = Machine.cpu(because: "there is no driver")
    static let two = Machine(gpus: [gpu(0, "GPU-aaaa"), gpu(1, "GPU-aabb")])
    static let old = Machine(gpus: [gpu(0, "GPU-aaaa"), gpu(1, "GPU-cccc", "7.5")])

    static func plan(_ lines: String, _ machine: Machine, earlier: Plan? = nil) throws(JobError) -> Plan {
        try JobSpec(bytes: Array("dataset: /d\n\(lines)".utf8), file: "a.yml").plan(
            name: "a", relativeTo: nil, on: { machine }, earlier: earlier)
    }

    @Test(arguments: [
        ("", none, "cpu", "fp32"), ("", two, "cuda", "bf16"), ("", old, "cuda", "fp32"),
        ("device: cpu", two, "cpu", "fp32"), ("device: cuda:1", two, "cuda:1", "bf16"),
        ("device: cuda:0", old, "cuda:0", "bf16"), ("device: cuda:1", old, "cuda:1", "fp32"),
        ("device: GPU-aabb", two, "GPU-aabb", "bf16"), ("device: cuda\nprecision: tf32", two, "cuda", "tf32"),
        ("precision: fp32", two, "cuda", "fp32"),
    ])
    func isPlannedForTheMachine(lines: String, machine: Machine, device: String, precision: String) throws {
        let plan = try Self.plan(lines, machine)
        #expect(plan.device.name == device && plan.precision.rawValue == precision)
        #expect(try Plan(json: plan.json(), name: "a") == plan, "another machine can read it")
    }

    @Test(arguments: [
        ("device: cuda", none, "there is no driver"), ("device: cuda:2", two, "no such GPU"),
        ("device: GPU-aa00", two, "GPU-aabb"), ("device: cuda:1\nprecision: bf16", old, "7.5"),
        ("device: cpu\nprecision: tf32", two, "precision"),
    ])
    func whatTheMachineLacksIsRefused(lines: String, machine: Machine, says: String) throws {
        let error = try #require(throws: JobError.self) { _ = try Self.plan(lines, machine) }
        #expect(error.code == .unsupported && error.message.contains(says), "\(error)")
    }

    @Test func whatTheCPULacksIsRefused() throws {
        var older = Self.none
        older.multipliesBfloat16 = false
        for lines in ["precision: bf16", "device: cpu\nprecision: bf16"] {
            #expect(try Self.plan(lines, Self.none).precision == .bf16)
            let error = try #require(throws: JobError.self) { _ = try Self.plan(lines, older) }
            #expect(error.code == .unsupported && error.message.contains("AVX512_BF16"), "\(error)")
        }
        #expect(try Self.plan("device: cpu", older).precision == .fp32)
    }

    @Test func anAmbiguousUUIDIsRefused() {
        #expect(throws: JobError.self) {
            _ = try Self.plan("device: GPU-aa", Machine(gpus: Self.two.gpus))
        }
    }

    @Test func aRunStaysWithWhatItWasBegunOn() throws {
        let (onCPU, onGPU) = (try Self.plan("", Self.none), try Self.plan("", Self.two))
        #expect(try Self.plan("", Self.two, earlier: onCPU).device == .cpu)
        #expect(try Self.plan("", Self.two, earlier: onCPU).precision == .fp32)
        // Its GPU is gone: that is for the engine to find, and for another attempt.
        let later = try Self.plan("", Self.none, earlier: onGPU)
        #expect((later.device, later.precision) == (.cuda(nil), .bf16))
        #expect(try Self.plan("device: cuda", Self.none, earlier: onGPU).device == .cuda(nil))
        #expect(try Self.plan("device: cpu", Self.two, earlier: onGPU).device == .cpu, "a person decides")
    }

    @Test func aGivenGPUGoesBeforeWhatTheJobSays() throws {
        var machine = Machine(gpus: [Self.gpu(0, "GPU-bbbb")])
        machine.given = "GPU-bbbb"
        #expect(try Self.plan("device: cuda:3", machine).device == .cuda("3"))
    }

    /// A process that was given a GPU which has gone since finds that out from the driver, and is tried again elsewhere: its
    /// job is not to blame, nor is it to be trained on the CPU.
    @Test(arguments: ["", "device: cuda", "device: cuda:1", "device: GPU-bbbb"])
    func aGivenGPUThatHasGoneIsNoFaultOfTheJob(_ lines: String) throws {
        for var machine in [Self.none, Self.two] {
            machine.given = "GPU-bbbb"
            #expect(try Self.plan(lines, machine).device != .cpu)
            #expect(try Self.plan("device: cpu", machine).device == .cpu)
        }
    }

    @Test func theMachineIsAskedOnlyWhereItMatters() throws {
        let spec = try JobSpec(bytes: Array("dataset: /d\ndevice: cpu".utf8), file: "a.yml")
        _ = try spec.plan(
            name: "a", relativeTo: nil,
            on: {
                Issue.record("the driver would have been started")
                return Self.none
            })
    }

    @Test func theDoctorsReportIsRead() throws {
        let text = #"""
            {"gpus": [{"index": 0, "name": "X", "uuid": "GPU-a", "memory": 5, "capability": "8.0", "more": 1}],
             "version": "1"}
            """#
        let machine = try Machine(report: Data(text.utf8))
        #expect(machine.gpus.map(\.uuid) == ["GPU-a"] && machine.gpus[0].hasShortFormats)
        for (precisions, isThere) in [(#""fp32""#, false), (#""fp32", "bf16""#, true)] {
            let report = text.replacing(
                "\"version\"", with: #""cpu": {"precisions": [\#(precisions)]}, "version""#)
            #expect(try Machine(report: Data(report.utf8)).multipliesBfloat16 == isThere)
        }
        let broken = text.replacing("\"version\"", with: "\"gpu_problem\": \"no cuDNN\", \"version\"")
        #expect(try Machine(report: Data(broken.utf8)) == .cpu(because: "no cuDNN"))
    }
}
