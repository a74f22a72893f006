// The engines under test. A new one is one line in `all`; every suite runs over the list.

import Compute
import ComputeCPU
import ComputeCUDA
import FakeCUDA
import Foundation
import Networks
import Testing

struct Conformer: CustomTestStringConvertible, Sendable {
    typealias Make =
        @Sendable (
            _ network: Network, _ capacity: Int, _ normalization: Normalization, _ optimizer: Optimizer,
            _ seed: UInt64, _ threads: Int
        ) throws -> any Engine

    let testDescription: String
    /// Whether sums are cut by the largest batch that the engine takes, not by the batch at hand.
    var cutsByCapacity = false
    /// How far a gradient may lie from the reference's where products are rounded to bfloat16, as the root of mean squares,
    /// relative: where a unit near zero or a window near a tie decides otherwise, that of so few images jumps. Measured are
    /// 0.23 where activations stay fp32, in the first layer, and 0.61 where they are rounded too, in the third.
    var coarseBound = 0.35
    let make: Make

    static let reference = Conformer(testDescription: "reference") {
        network, capacity, normalization, optimizer, seed, _ in
        ReferenceEngine(
            network: network, capacity: capacity, normalization: normalization, optimizer: optimizer,
            seed: seed)
    }

    private static func cpu(_ kernels: KernelPath) -> Conformer {
        Conformer(testDescription: "CPU, \(kernels)") {
            network, capacity, normalization, optimizer, seed, threads in
            try CPUEngine(
                network: network, capacity: capacity, normalization: normalization, optimizer: optimizer,
                seed: seed, threads: threads, kernels: kernels)
        }
    }

    /// On a GPU that computes on the CPU: the engine, its kernels and its use of NVIDIA's libraries are the true ones.
    private static func cuda(_ precision: Precision) -> Conformer {
        Conformer(testDescription: "CUDA, \(precision.rawValue)", cutsByCapacity: true, coarseBound: 0.7) {
            network, capacity, normalization, optimizer, seed, _ in
            let libraries = try cudaLibraries.get()
            return try CUDAEngine(
                network: network, capacity: capacity, normalization: normalization, optimizer: optimizer,
                seed: seed, precision: precision, device: libraries.devices.all[0], libraries: libraries,
                cache: try FakeCUDA.folder().appending("cache"))
        }
    }

    /// With ALEXNETD_TEST_GPU set NVIDIA's own, on this machine's first GPU.
    private static let cudaLibraries = Result {
        if ProcessInfo.processInfo.environment["ALEXNETD_TEST_GPU"] != nil { return try CUDALibraries.load() }
        return try CUDALibraries.load(
            LibrarySearch(environment: ["ALEXNETD_CUDA_LIBRARIES": try FakeCUDA.folder().string]))
    }

    private static let bf16 = Conformer(testDescription: "CPU, avx512 with bf16 products") {
        network, capacity, normalization, optimizer, seed, threads in
        try CPUEngine(
            network: network, capacity: capacity, normalization: normalization, optimizer: optimizer,
            seed: seed, threads: threads, kernels: .avx512, precision: .bf16)
    }

    /// Measured against the reference, and against PyTorch: every path that this CPU has.
    static let devices = KernelPath.available.map(cpu) + (FakeCUDA.isPossible ? [cuda(.fp32)] : [])
    /// Those whose bits do not depend on how many images there are (OpenBLAS sums by shapes).
    static let fast = KernelPath.available.filter { $0 != .reference }.map(cpu)
    /// The reference must keep the protocol's promises too.
    static let all = [reference] + devices
    /// Those that round coarsely (Bfloat16Tests has their bounds); none where the CPU lacks the instructions.
    static let coarse =
        (CPUPrecision.available.contains(.bf16) ? [bf16] : []) + (FakeCUDA.isPossible ? [cuda(.bf16)] : [])
}
