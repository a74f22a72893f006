// The update of all parameters by one launch, from tables that are made once: what each parameter is and where it lies, and
// the chunks that a pass over all of them is cut into.

internal import CCUDA
internal import Compute

final class DeviceUpdate {
    private let optimizer: Optimizer
    private let parameters: DeviceParameters
    private let rules: [Optimizer.ParameterRule]
    let chunks: [device_chunk]
    private let tables: (parameters: DeviceBuffer, shapes: DeviceBuffer, chunks: DeviceBuffer)
    /// What Kernels.norms wants, where the optimiser needs norms.
    private let norms: (squares: DeviceBuffer, factors: DeviceBuffer)?
    /// Of each chunk, Σ of what the last update has added, squared; doubles.
    let moved: DeviceBuffer

    init(
        _ optimizer: Optimizer, _ parameters: DeviceParameters, _ rules: [Optimizer.ParameterRule],
        in arena: DeviceArena
    ) {
        (self.optimizer, self.parameters, self.rules) = (optimizer, parameters, rules)
        chunks = Kernels.chunks(parameters.layouts.map(\.deviceCount))
        let count = parameters.layouts.count
        func table<Row>(_ type: Row.Type, _ count: Int) -> DeviceBuffer {
            arena.reserve(bytes: count * MemoryLayout<Row>.stride, "the tables of the update")
        }
        tables = (
            table(device_parameter.self, count), table(device_weight.self, count),
            table(device_chunk.self, chunks.count)
        )
        norms =
            optimizer.needsNorms
            ? (table(Double.self, 2 * chunks.count), table(Float.self, 1 + count)) : nil
        moved = table(Double.self, chunks.count)
    }

    var table: Kernels.ParameterTable {
        Kernels.ParameterTable(
            parameters: tables.parameters.address, shapes: tables.shapes.address,
            chunks: tables.chunks.address, parameterCount: parameters.layouts.count,
            chunkCount: chunks.count)
    }

    /// Writes the tables, once there are addresses. Waits for the device.
    func prepare(_ context: DeviceContext) throws {
        try context.stream.upload(parameters.table(rules), to: tables.parameters.address)
        try context.stream.upload(parameters.layouts, to: tables.shapes.address)
        try context.stream.upload(chunks, to: tables.chunks.address)
    }

    /// After the backward pass of each piece of a batch.
    func addUp(_ context: DeviceContext) throws {
        guard parameters.gradientSum != nil else { return }
        try context.kernels.addGradients(table, step: context.step.address, on: context.stream)
    }

    func apply(_ context: DeviceContext) throws {
        if let norms {
            try context.kernels.norms(
                table, optimizer, squares: norms.squares.address, factors: norms.factors.address,
                on: context.stream)
        }
        try context.kernels.update(
            table, optimizer, factors: norms?.factors.address ?? 0, moved: moved.address,
            step: context.step.address, on: context.stream)
    }

    func exchangeAverages(_ context: DeviceContext) throws {
        try context.kernels.swapAverages(table, on: context.stream)
    }
}

extension Stream {
    /// Waits until they are there.
    func upload<Row: BitwiseCopyable>(_ rows: [Row], to address: cuda_address) throws {
        try rows.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, bytes.count > 0 else { return }
            try copy(base, to: address, bytes: bytes.count)
            try synchronize()
        }
    }

    /// Waits until they are here.
    func download<Row: BitwiseCopyable>(_ count: Int, of zero: Row, from address: cuda_address) throws
        -> [Row]
    {
        var rows = [Row](repeating: zero, count: count)
        try rows.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress, bytes.count > 0 else { return }
            try copy(address, to: base, bytes: bytes.count)
            try synchronize()
        }
        return rows
    }
}
