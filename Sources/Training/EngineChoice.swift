// The one place that makes an engine: what a job or a command says of device and precision, as something that computes.

package import Compute
internal import ComputeCPU
internal import ComputeCUDA
package import Jobs
package import Networks

package struct EngineChoice: Hashable, Sendable {
    package var device: Plan.Device
    package var precision: Plan.Precision
    /// Lanes of the CPU engine.
    package var threads: Int
    /// The uuid of the GPU that this process has been given, before whatever `device` says of GPUs.
    package var gpu: String?

    package init(device: Plan.Device, precision: Plan.Precision, threads: Int, gpu: String? = nil) {
        (self.device, self.precision, self.threads, self.gpu) = (device, precision, threads, gpu)
    }

    package static func cpu(threads: Int) -> Self { Self(device: .cpu, precision: .fp32, threads: threads) }

    /// - Parameters:
    ///   - capacity: images of the largest batch.
    ///   - seed: keys the dropout masks. Parameters start at zero: load them.
    /// - Throws: `CUDAError` where the GPU or a library of it is missing or fails; the CPU engine's errors.
    package func engine(
        _ network: Network, capacity: Int, _ normalization: Normalization, _ optimizer: Optimizer,
        seed: UInt64
    ) throws -> any Engine {
        guard device != .cpu else {
            return try CPUEngine(
                network: network, capacity: capacity, normalization: normalization, optimizer: optimizer,
                seed: seed, threads: threads)
        }
        let libraries = try CUDALibraries.load()
        let device = try libraries.devices.select(gpu ?? device.name)
        throw CUDAError(.unavailable, "\(device.name) cannot be used: this build has no engine for GPUs")
    }
}
