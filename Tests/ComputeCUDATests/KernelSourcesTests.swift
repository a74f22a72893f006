// Every kernel, compiled by the real run-time compiler for the GPUs that we know of. No GPU is needed: NVIDIA's wheel is.

import CCUDA
import Foundation
import Glibc
import Testing

@testable import ComputeCUDA
@testable import Networks

@Suite(.enabled(if: wheels != nil, "set ALEXNETD_NVIDIA_WHEELS to …/site-packages/nvidia"))
struct KernelSourcesTests {
    /// The A100, the H100, and what came after.
    static let capabilities: [SIMD2<Int>] = [[8, 0], [9, 0], [10, 0]]

    @Test(arguments: KernelSource.general, [false, true])
    func generalKernelsCompileWithoutWarningsOrSpills(_ source: KernelSource, floats: Bool) throws {
        try compile(source, ["ELEMENT_FLOAT=\(floats ? 1 : 0)"])
    }

    /// AlexNet's three, and what stands before and behind them in towers.
    @Test(arguments: [(55, 96, 1, 2, true), (27, 256, 2, 1, true), (13, 256, 2, 1, false)], [false, true])
    func fusedKernelsCompileWithoutWarningsOrSpills(
        _ layer: (side: Int32, channels: Int32, from: Int32, to: Int32, normalizes: Bool), floats: Bool
    ) throws {
        let x = tensor(layer.side, towers: layer.from, layer.channels / layer.from)
        let y = tensor((layer.side - 3) / 2 + 1, towers: layer.to, layer.channels / layer.to)
        let norm = layer.normalizes ? LocalResponseNorm() : nil
        #expect(ResponsePool.canFuse(x, y, norm, MaxPool(kernel: 3, stride: 2), floats: floats))
        try compile(
            .responsePool, ResponsePool.definitions(x, y, normalizes: layer.normalizes, floats: floats))
    }

    /// What fails must not pass for compiled, and has to say where.
    @Test func aSourceThatDoesNotFitItsDefinitionsIsRefusedWithItsLine() throws {
        let error = #expect(throws: CUDAError.self) {
            try compiler().compile(.responsePool, KernelCompiler.options(["ELEMENT_FLOAT=0"], for: [9, 0]))
        }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("response_pool.cu(") == true)
    }

    @Test func aGPUThatTheCompilerDoesNotKnowAsksForANewerOne() throws {
        let error = #expect(throws: CUDAError.self) {
            try compiler().compile(.pool, KernelCompiler.options(["ELEMENT_FLOAT=0"], for: [99, 0]))
        }
        #expect(error?.code == .unavailable)
    }

    private func tensor(_ side: Int32, towers: Int32, _ channels: Int32) -> device_tensor {
        device_tensor(
            images: 128, height: side, width: side, towers: towers, channels: channels, padded: channels)
    }

    private func compile(_ source: KernelSource, _ definitions: [String]) throws {
        for capability in Self.capabilities {
            let options = KernelCompiler.options(definitions, for: capability) + ["--ptxas-options=-v"]
            let compiled = try compiler().compile(source, options)
            #expect(!compiled.binary.isEmpty)
            let lines = compiled.log.split(separator: "\n").map(String.init)
            // All that is said is what a function uses.
            let warnings = lines.filter { !$0.hasPrefix("ptxas info") && !$0.contains("bytes stack frame") }
            #expect(warnings.isEmpty)
            let frames = lines.filter { $0.contains("bytes stack frame") }
            #expect(frames.count >= source.functions.count)
            for frame in frames {
                #expect(frame.contains("0 bytes spill stores, 0 bytes spill loads"), "\(source) \(options)")
            }
            for function in source.functions {
                #expect(compiled.log.contains("'\(function)'"), "\(source) has no \(function)")
            }
        }
    }

    private func compiler() throws -> KernelCompiler {
        let library = try #require(
            ["cu13/lib/libnvrtc.so.13", "cuda_nvrtc/lib/libnvrtc.so.12"].lazy
                .compactMap { dlopen("\(wheels ?? "")/\($0)", RTLD_NOW | RTLD_LOCAL) }.first)
        var nvrtc = CCUDA.nvrtc()
        #expect(nvrtc_bind(library, &nvrtc) == nil)
        return try KernelCompiler(nvrtc, cache: nil)
    }
}

private let wheels = ProcessInfo.processInfo.environment["ALEXNETD_NVIDIA_WHEELS"]
