// Which GPUs this process may use, told without making a context on any: that costs memory and seconds.

internal import CCUDA
internal import Files

package struct DeviceList: Sendable, Hashable {
    package let all: [DeviceDescription]

    package init(_ all: [DeviceDescription]) { self.all = all }

    /// - Parameter driver: started.
    /// - Throws: `unavailable` where there is none.
    init(_ driver: cuda_driver) throws(CUDAError) {
        var count: Int32 = 0
        try Device.check(driver, driver.device_count(&count), "counting GPUs")
        guard count > 0 else {
            throw CUDAError(
                .unavailable,
                "the driver sees no GPU; see nvidia-smi, CUDA_VISIBLE_DEVICES and who may open /dev/nvidia*")
        }
        var all: [DeviceDescription] = []
        for index in 0..<count { all.append(try DeviceDescription(driver, index)) }
        self.all = all
    }

    /// - Parameter wanted: "cuda" for the first, "cuda:N", or a uuid's beginning that only one has.
    /// - Throws: `unavailable`, with those that there are.
    package func select(_ wanted: String) throws(CUDAError) -> DeviceDescription {
        let present = all.map { "cuda:\($0.index) \($0.uuid) (\($0.name))" }.joined(separator: ", ")
        if wanted == "cuda", let first = all.first { return first }
        if wanted.hasPrefix("cuda:") {
            if let index = Int(wanted.dropFirst(5)), let one = all.first(where: { $0.index == index }) {
                return one
            }
        } else {
            let fitting = all.filter { $0.uuid.lowercased().hasPrefix(wanted.lowercased()) }
            if fitting.count == 1 { return fitting[0] }
            if fitting.count > 1 {
                throw CUDAError(
                    .unavailable,
                    "\(wanted) may be any of \(fitting.count) GPUs; write more of it: \(present)")
            }
        }
        throw CUDAError(
            .unavailable, "there is no GPU \(wanted); there is \(present.isEmpty ? "none" : present)")
    }
}

extension DeviceDescription {
    fileprivate init(_ driver: cuda_driver, _ index: Int32) throws(CUDAError) {
        func check(_ result: cuda_result) throws(CUDAError) {
            try Device.check(driver, result, "asking for GPU \(index)'s properties")
        }
        var device: cuda_device = 0
        try check(driver.device_get(&device, index))
        var text = [CChar](repeating: 0, count: 256)
        try check(driver.device_name(&text, Int32(text.count - 1), device))
        let name = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        var uuid = cuda_uuid()
        try check(driver.device_uuid(&uuid, device))
        var memory = 0
        try check(driver.device_memory(&memory, device))
        func attribute(_ number: Int) throws(CUDAError) -> Int {
            var value: Int32 = 0
            try check(driver.device_attribute(&value, Int32(number), device))
            return Int(value)
        }
        self.init(
            index: Int(index), name: name, uuid: Self.text(uuid, isInstance: name.contains(" MIG ")),
            memory: memory,
            capability: [
                try attribute(CUDA_ATTRIBUTE_CAPABILITY_MAJOR),
                try attribute(CUDA_ATTRIBUTE_CAPABILITY_MINOR),
            ],
            multiprocessors: try attribute(CUDA_ATTRIBUTE_MULTIPROCESSORS))
    }

    /// As nvidia-smi writes it and CUDA_VISIBLE_DEVICES takes it.
    private static func text(_ uuid: cuda_uuid, isInstance: Bool) -> String {
        let bytes = withUnsafeBytes(of: uuid) { Array($0) }
        let groups = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { bytes[$0].hexadecimal }
        return (isInstance ? "MIG-" : "GPU-") + groups.joined(separator: "-")
    }
}
