// Code on the device.

internal import CCUDA

final class KernelModule {
    private let device: Device
    private let handle: cuda_module?

    /// - Parameter name: of its source, for errors.
    /// - Returns: nil for code that this device or driver does not take.
    init?(_ device: Device, _ binary: [UInt8], _ name: String) throws {
        self.device = device
        var handle: cuda_module?
        let result = binary.withUnsafeBytes { device.driver.module_load(&handle, $0.baseAddress) }
        switch Int(result) {
        case CUDA_INVALID_IMAGE, CUDA_NO_BINARY_FOR_GPU, CUDA_INVALID_PTX: return nil
        default: try device.check(result, "loading \(name)")
        }
        self.handle = handle
    }

    deinit { _ = device.driver.module_unload(handle) }

    func function(_ name: String) throws -> Kernel {
        var function: cuda_function?
        try device.check(device.driver.module_function(&function, handle, name), "finding \(name)")
        return Kernel(device, function, name)
    }
}
