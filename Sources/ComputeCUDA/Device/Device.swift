// One GPU: its driver, its context, and what the driver's answers mean. Everything else on the device is reached through
// it. A device belongs to one process and its calls to one thread at a time.

internal import CCUDA

/// What is known of a GPU without computing on it.
package struct DeviceDescription: Sendable, Hashable {
    package let index: Int
    package let name: String
    /// "GPU-xxxxxxxx-xxxx-…", as nvidia-smi writes it.
    package let uuid: String
    /// Bytes.
    package let memory: Int
    /// 9.0 is (9, 0).
    package let capability: SIMD2<Int>
    package let multiprocessors: Int

    package init(
        index: Int, name: String, uuid: String, memory: Int, capability: SIMD2<Int>, multiprocessors: Int
    ) {
        (self.index, self.name, self.uuid, self.memory) = (index, name, uuid, memory)
        (self.capability, self.multiprocessors) = (capability, multiprocessors)
    }
}

final class Device {
    let description: DeviceDescription
    let driver: cuda_driver
    private let handle: cuda_device
    private let context: cuda_context?

    /// Makes the device's primary context, and makes it current on this thread.
    init(_ driver: cuda_driver, _ description: DeviceDescription) throws {
        (self.driver, self.description) = (driver, description)
        var handle: cuda_device = 0
        var context: cuda_context?
        try Self.check(
            driver, driver.device_get(&handle, Int32(description.index)), "opening \(description.name)")
        try Self.check(driver, driver.context_retain(&context, handle), "opening \(description.name)")
        (self.handle, self.context) = (handle, context)
        try makeCurrent()
    }

    /// What this thread asks of the driver from now on, it asks of this device.
    func makeCurrent() throws {
        try check(driver.context_set_current(context), "turning to \(description.name)")
    }

    deinit { _ = driver.context_release(handle) }

    /// Bytes free and in all.
    func memory() throws -> (free: Int, total: Int) {
        var (free, total) = (0, 0)
        try check(driver.memory_info(&free, &total), "asking for free memory")
        return (free, total)
    }

    func check(_ result: cuda_result, _ doing: @autoclosure () -> String) throws {
        try Self.check(driver, result, doing())
    }

    /// - Throws: `CUDAError` in words that say what to do.
    static func check(
        _ driver: cuda_driver, _ result: cuda_result, _ doing: @autoclosure () -> String
    ) throws(CUDAError) {
        guard result != CUDA_SUCCESS else { return }
        var (name, text) = (UnsafePointer<CChar>?.none, UnsafePointer<CChar>?.none)
        _ = driver.error_name(result, &name)
        _ = driver.error_string(result, &text)
        let said =
            "\(text.map { String(cString: $0) } ?? "unknown error") (\(name.map { String(cString: $0) } ?? "CUDA error \(result)"))"
        let (code, advice) = DriverFault.meaning(of: result)
        throw CUDAError(code, "\(doing()): \(said)\(advice.map { "; \($0)" } ?? "")")
    }
}
