// Memory on the device and pinned memory of the host. Allocated when an engine is made, freed when it goes; never in a
// step.

internal import CCUDA

final class DeviceMemory {
    private let device: Device
    let address: cuda_address
    let bytes: Int

    /// - Parameter what: for the error.
    init(_ device: Device, bytes: Int, for what: String) throws {
        (self.device, self.bytes) = (device, bytes)
        var address: cuda_address = 0
        try device.check(
            device.driver.memory_allocate(&address, max(bytes, 1)),
            "allocating \(bytes >> 20) MiB on the device for \(what)")
        self.address = address
    }

    deinit { _ = device.driver.memory_free(address) }
}

/// Host memory that the device copies from and to by itself.
final class PinnedMemory {
    private let device: Device
    let pointer: UnsafeMutableRawPointer
    let bytes: Int

    init(_ device: Device, bytes: Int, for what: String) throws {
        (self.device, self.bytes) = (device, bytes)
        var pointer: UnsafeMutableRawPointer?
        try device.check(
            device.driver.host_allocate(&pointer, max(bytes, 64), UInt32(CUDA_HOST_PORTABLE)),
            "pinning \(bytes >> 20) MiB of memory for \(what)")
        guard let pointer else { throw CUDAError(.memory, "the driver gave no pinned memory for \(what)") }
        self.pointer = pointer
        pointer.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }

    deinit { _ = device.driver.host_free(pointer) }
}
