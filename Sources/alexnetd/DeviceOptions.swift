// What a command computes on, in the words of a job file.

import ArgumentParser
import Foundation
import Jobs
import Training

struct DeviceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "auto (a GPU where one can be used), cpu, cuda, cuda:N or a GPU's uuid.", valueName: "device"))
    var device = "auto"
    @Option(
        help: ArgumentHelp(
            "auto (bf16 on a GPU that has it, else fp32), fp32, tf32 or bf16.", valueName: "precision"))
    var precision: JobSpec.Precision = .auto
    @Option(help: ArgumentHelp("Threads of the CPU (default: all cores).", valueName: "n"))
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads is 1 to 1024") }
        do { _ = try JobSpec.Device(text: device) } catch { throw ValidationError("--\(error)") }
    }

    var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

    /// - Parameter root: whose cache it uses.
    /// - Throws: `ValidationError` where this machine lacks what was asked for.
    func choice(_ root: RootFolder) throws -> EngineChoice {
        do {
            let (device, precision) = try JobSpec.planned(
                device: try JobSpec.Device(text: device), precision, on: { .here() })
            return EngineChoice(device: device, precision: precision, threads: threadCount, cache: root.cache)
        } catch {
            throw ValidationError("--\(error)")
        }
    }
}

extension JobSpec.Precision: ExpressibleByArgument {}
