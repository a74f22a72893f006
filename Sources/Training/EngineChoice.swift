// The one place that makes an engine: what a job or a command says of device and precision, as something that computes.

package import Compute
internal import ComputeCPU
internal import ComputeCUDA
package import Jobs
package import Networks
package import SystemPackage

package struct EngineChoice: Hashable, Sendable {
    package var device: Plan.Device
    package var precision: Plan.Precision
    /// Lanes of the CPU engine.
    package var threads: Int
    /// The uuid of the GPU that this process has been given, before whatever `device` says of GPUs.
    package var gpu: String?
    /// Where a GPU's compiled kernels and measured choices of algorithms are kept.
    package var cache: FilePath

    package init(
        device: Plan.Device, precision: Plan.Precision, threads: Int, gpu: String? = nil, cache: FilePath
    ) {
        (self.device, self.precision, self.threads) = (device, precision, threads)
        (self.gpu, self.cache) = (gpu, cache)
    }

    package static func cpu(threads: Int) -> Self {
        Self(device: .cpu, precision: .fp32, threads: threads, cache: "")
    }

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
                seed: seed, threads: threads, precision: precision == .bf16 ? .bf16 : .fp32)
        }
        let libraries = try CUDALibraries.load()
        return try CUDAEngine(
            network: network, capacity: capacity, normalization: normalization, optimizer: optimizer,
            seed: seed, precision: ComputeCUDA.Precision(precision),
            device: try libraries.devices.select(gpu ?? device.name), libraries: libraries, cache: cache)
    }
}

extension ComputeCUDA.Precision {
    fileprivate init(_ precision: Plan.Precision) {
        self =
            switch precision {
            case .bf16: .bf16
            case .tf32: .tf32
            case .fp32: .fp32
            }
    }
}
