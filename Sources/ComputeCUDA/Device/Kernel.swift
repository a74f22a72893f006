// A function on the device, and how it is called: every argument's bytes in the order of its parameters.

internal import CCUDA

struct Kernel {
    private let device: Device
    private let function: cuda_function?
    private let name: String

    init(_ device: Device, _ function: cuda_function?, _ name: String) {
        (self.device, self.function, self.name) = (device, function, name)
    }

    /// - Parameters:
    ///   - blocks: of the grid, in x, y and z.
    ///   - threads: of a block.
    ///   - arguments: in order, each of exactly its parameter's type: Int32 for int, cuda_address for a pointer…
    func launch(
        _ blocks: (Int, Int, Int), threads: Int, on stream: Stream, _ arguments: KernelArguments
    ) throws {
        let result = arguments.withPointers { pointers in
            device.driver.launch(
                function, UInt32(blocks.0), UInt32(blocks.1), UInt32(blocks.2), UInt32(threads), 1, 1, 0,
                stream.handle, pointers, nil)
        }
        try device.check(result, "launching \(name)")
    }

    func launch(_ blocks: Int, threads: Int, on stream: Stream, _ arguments: KernelArguments) throws {
        try launch((blocks, 1, 1), threads: threads, on: stream, arguments)
    }
}

/// Values one after the other, each at 16 bytes' alignment.
struct KernelArguments {
    private var bytes: [SIMD2<UInt64>] = []
    private var places: [Int] = []

    init<each Value: BitwiseCopyable>(_ value: repeat each Value) {
        repeat append(each value)
    }

    private mutating func append<Value: BitwiseCopyable>(_ value: Value) {
        places.append(bytes.count)
        bytes.append(contentsOf: repeatElement(.zero, count: (MemoryLayout<Value>.size + 15) / 16))
        let place = places[places.count - 1] * 16
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: value, toByteOffset: place, as: Value.self) }
    }

    fileprivate func withPointers<T>(_ body: (UnsafeMutablePointer<UnsafeMutableRawPointer?>) -> T) -> T {
        var bytes = bytes
        return bytes.withUnsafeMutableBytes { bytes in
            var pointers = places.map { bytes.baseAddress?.advanced(by: $0 * 16) }
            return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
        }
    }
}
