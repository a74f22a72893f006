// What `alexnetd doctor` says. The JSON form is what programs read, the daemon among them: keys are added, never changed.

import ComputeCPU
import ComputeCUDA
import Foundation
import Glibc
import Jobs
import Training

struct DoctorReport: Encodable {
    struct CPU: Encodable {
        var model: String
        /// Processors that this process may run on.
        var cores: Int
        var kernels: String
        var kernelsAvailable: [String]
        var precisions: [String]
        var blas: String
        /// Bytes that this process may use.
        var memory: Int
    }

    struct GPU: Encodable {
        var index: Int
        var name: String
        var uuid: String
        var memory: Int
        var capability: String
        var multiprocessors: Int
    }

    struct Library: Encodable {
        var name: String
        var version: String?
        var path: String?
        var problem: String?
    }

    var version: String
    var cpu: CPU
    var gpus: [GPU]
    /// Why no GPU can be used; absent where one can.
    var gpuProblem: String?
    var libraries: [Library]
    /// /dev/nvidia…, with what is wrong with one of them.
    var deviceFiles: [String: String]
    /// Of memory that may be locked, in bytes; absent without a limit.
    var memlock: Int?
    /// What `device: auto` and `precision: auto` mean here.
    var device: String
    var precision: String

    init() throws {
        version = Version.text
        cpu = CPU(
            model: Self.model, cores: ProcessInfo.processInfo.activeProcessorCount,
            kernels: try KernelPath.chosen().rawValue, kernelsAvailable: KernelPath.available.map(\.rawValue),
            precisions: CPUPrecision.available.map(\.rawValue), blas: "\(BLAS.version) (\(BLAS.core))",
            memory: MachineMemory.limit)
        let survey = CUDASurvey()
        gpus = survey.devices.map {
            GPU(
                index: $0.index, name: $0.name, uuid: $0.uuid, memory: $0.memory,
                capability: "\($0.capability.x).\($0.capability.y)", multiprocessors: $0.multiprocessors)
        }
        gpuProblem = survey.problem
        libraries = survey.parts.map {
            Library(
                name: $0.name, version: $0.found?.version, path: $0.found?.path, problem: $0.problem)
        }
        deviceFiles = Self.deviceFiles()
        memlock = Self.lockableMemory
        let machine = Machine(
            gpus: survey.problem == nil ? survey.devices.map(Machine.GPU.init) : [], problem: survey.problem)
        let choice = try JobSpec.planned(device: .auto, .auto, on: { machine })
        (device, precision) = (choice.device.name, choice.precision.rawValue)
    }

    func json() throws -> String {
        try JSONText.of(self, pretty: true) + "\n"
    }

    // MARK: - The machine

    private static var model: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n")
        let line = lines?.first { $0.hasPrefix("model name") }
        return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
            ?? "unknown"
    }

    private static func deviceFiles() -> [String: String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev")) ?? []
        var files: [String: String] = [:]
        for name in names where name.hasPrefix("nvidia") && name != "nvidia-caps" {
            let path = "/dev/\(name)"
            files[path] =
                access(path, R_OK | W_OK) == 0
                ? "ok" : "this user may not open it: \(String(cString: strerror(errno)))"
        }
        return files
    }

    private static var lockableMemory: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit) == 0,
            limit.rlim_cur != .max
        else { return nil }
        return Int(clamping: limit.rlim_cur)
    }
}
