// Every kernel that takes any shape, of one element type, ready to be launched. Each extension holds those of one source and, beside them, the
// geometry that the source asks for: grids are fixed by shapes, so that sums are grouped alike on every GPU.
//
// Addresses are of tensors' first elements and at 256 bytes' alignment; `step` is always that of a device_step.

internal import CCUDA

final class Kernels {
    /// Of a block, in all kernels: THREADS.
    static let threads = 256

    private let modules: [KernelModule]
    private let functions: [String: Kernel]

    /// - Parameter floats: whether elements are floats, else bfloat16.
    init(_ device: Device, _ compiler: KernelCompiler, floats: Bool) throws {
        var modules: [KernelModule] = []
        var functions: [String: Kernel] = [:]
        for source in KernelSource.general {
            let module = try compiler.module(source, ["ELEMENT_FLOAT=\(floats ? 1 : 0)"], on: device)
            for name in source.functions { functions[name] = try module.function(name) }
            modules.append(module)
        }
        (self.modules, self.functions) = (modules, functions)
    }

    // MARK: - Launches

    func launch(
        _ name: String, _ blocks: (Int, Int, Int), on stream: Stream, _ arguments: KernelArguments
    ) throws {
        guard let kernel = functions[name] else { preconditionFailure("no kernel \(name)") }
        try kernel.launch(blocks, threads: Self.threads, on: stream, arguments)
    }

    /// For kernels that go over `count` numbers, `each` per thread and turn.
    func launch(
        _ name: String, over count: Int, each: Int = 1, on stream: Stream, _ arguments: KernelArguments
    )
        throws
    {
        try launch(name, (Self.blocks(count, each: each), 1, 1), on: stream, arguments)
    }

    /// For kernels whose threads work at groups of eight channels of `shape`'s pixels, as group_at has it.
    func launch(
        _ name: String, groupsOf shape: device_tensor, on stream: Stream, _ arguments: KernelArguments
    ) throws {
        let groups = Int(shape.height) * Int(shape.width) * Int(shape.padded) / 8
        try launch(
            name, (Self.blocks(groups), Int(shape.images), Int(shape.towers)), on: stream, arguments)
    }

    /// Enough to fill any GPU; beyond, threads take several turns.
    private static func blocks(_ count: Int, each: Int = 1) -> Int {
        max(1, min(4096, (count + threads * each - 1) / (threads * each)))
    }
}

/// How sums over all pixels are cut, for each of a tensor's columns: a block takes some rows of one tower and up to 32
/// groups of eight columns. By the shape alone.
struct ColumnGrid {
    /// Groups of eight columns side by side in a block.
    let lanes: Int
    let rowsPerBlock: Int
    /// Of partial sums.
    let blocks: Int
    let grid: (Int, Int, Int)

    init(_ shape: device_tensor) {
        let groups = Int(shape.padded) / 8, across = (groups + 31) / 32
        lanes = (groups + across - 1) / across
        let rows = Int(shape.images) * Int(shape.height) * Int(shape.width)
        // At least four rows per thread; four blocks on each of 132 multiprocessors, where there are as many.
        let worthwhile = rows / (Kernels.threads / lanes * 4), wanted = 528 / (across * Int(shape.towers))
        let count = max(1, min(worthwhile, wanted))
        rowsPerBlock = (rows + count - 1) / count
        blocks = (rows + rowsPerBlock - 1) / rowsPerBlock
        grid = (blocks, across, Int(shape.towers))
    }
}
