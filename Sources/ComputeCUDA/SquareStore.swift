// The squares of all training samples, in device memory, where they fit: sent once, read from there in every epoch.

internal import CCUDA
internal import Compute

final class SquareStore {
    let kept: KeptSquares
    private let memory: DeviceMemory

    /// Left free: libraries allocate on their own, and so do other programs on the device.
    private static let reserve = 1 << 30

    /// - Parameter count: of training samples.
    /// - Returns: nil where there is not room for all of them: some of them would save little.
    init?(_ device: Device, count: Int) throws {
        let bytes = count * Batch.bytesPerImage
        guard try device.memory().free - Self.reserve >= bytes else { return nil }
        do {
            memory = try DeviceMemory(device, bytes: bytes, for: "the training samples")
        } catch let error as CUDAError where error.code == .memory {
            // It is in pieces, or somebody was faster.
            return nil
        }
        kept = KeptSquares(count: count)
    }

    func address(of sample: Int) -> cuda_address {
        memory.address + UInt64(sample * Batch.bytesPerImage)
    }
}
