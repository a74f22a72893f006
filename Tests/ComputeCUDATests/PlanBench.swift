// A device to try products on: numbers go there as elements, a plan runs, numbers come back.

import CCUDA
import SystemPackage
import TemporaryFolders

@testable import ComputeCUDA

struct Bench {
    let precision: Precision
    let stream: ComputeCUDA.Stream
    let cache: PlanCache
    let folder: TemporaryFolder
    private let workspace: DeviceMemory

    static let workspaceLimit = 8 << 20

    init(_ device: Device, _ precision: Precision) throws {
        self.precision = precision
        stream = try ComputeCUDA.Stream(device)
        folder = try TemporaryFolder()
        cache = try PlanCache(folder: folder.path, device: device.description)
        workspace = try DeviceMemory(device, bytes: Self.workspaceLimit, for: "the test's workspace")
    }

    /// What one pass makes of these numbers, each rounded to an element first.
    /// - Parameter captures: whether it runs as a graph.
    /// - Returns: what lies in the operands' places afterwards.
    func run(_ family: some PlanFamily, _ numbers: Numbers, captures: Bool = false) throws -> Numbers {
        let memory = try [numbers.input, numbers.weights, numbers.bias, numbers.output].map {
            try DeviceMemory(stream.device, bytes: $0.count * precision.elementBytes, for: "the test")
        }
        let operands = Operands(
            input: memory[0].address, weights: memory[1].address, bias: memory[2].address,
            output: memory[3].address)
        let scratch = PlanScratch(stream: stream, operands: operands) { _ in self.workspace.address }
        let plan = try cache.plan(family, scratch)
        // Trying the plans has overwritten what it writes.
        let all = [numbers.input, numbers.weights, numbers.bias, numbers.output]
        for (numbers, memory) in zip(all, memory) { try write(numbers, memory) }
        if captures {
            let graph = try stream.capture {
                try plan.run(operands, workspace: workspace.address, on: stream)
            }
            try stream.launch(graph)
        } else {
            try plan.run(operands, workspace: workspace.address, on: stream)
        }
        return Numbers(
            input: try read(memory[0]), weights: try read(memory[1]), bias: try read(memory[2]),
            output: try read(memory[3]))
    }

    // MARK: - Elements

    private func write(_ numbers: [Float], _ memory: DeviceMemory) throws {
        if precision == .bf16 {
            let elements = numbers.map { UInt16(truncatingIfNeeded: Self.rounded($0).bitPattern >> 16) }
            try elements.withUnsafeBytes { try copy($0, memory) }
        } else {
            try numbers.withUnsafeBytes { try copy($0, memory) }
        }
    }

    private func copy(_ bytes: UnsafeRawBufferPointer, _ memory: DeviceMemory) throws {
        guard let base = bytes.baseAddress else { return }
        try stream.copy(base, to: memory.address, bytes: bytes.count)
        try stream.synchronize()
    }

    private func read(_ memory: DeviceMemory) throws -> [Float] {
        var bytes = [UInt8](repeating: 0, count: memory.bytes)
        try bytes.withUnsafeMutableBytes {
            try stream.copy(memory.address, to: $0.baseAddress!, bytes: $0.count)
        }
        try stream.synchronize()
        return bytes.withUnsafeBytes { bytes in
            precision == .bf16
                ? bytes.bindMemory(to: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
                : Array(bytes.bindMemory(to: Float.self))
        }
    }

    /// To the nearest bfloat16, ties to even.
    static func rounded(_ number: Float) -> Float {
        let bits = number.bitPattern
        return Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000)
    }
}

/// A layer's numbers, or their gradients.
struct Numbers: Equatable {
    var input: [Float], weights: [Float], bias: [Float], output: [Float]

    init(input: [Float], weights: [Float], bias: [Float], output: [Float]) {
        (self.input, self.weights, self.bias, self.output) = (input, weights, bias, output)
    }

    /// Between −1 and 1, the same every time, and exact as bfloat16.
    init(inputs: Int, weights: Int, biases: Int, outputs: Int) {
        var state: UInt64 = 1
        func some(_ count: Int) -> [Float] {
            (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Float(Int(state >> 56) - 128) / 128
            }
        }
        (input, self.weights, bias, output) = (some(inputs), some(weights), some(biases), some(outputs))
    }
}
