// cuDNN, open for one device, or for the description of one that is not there (cuDNN 9.8: plans can then be built and
// looked at, but not run). One thread at a time.

internal import CCUDA

final class CudnnLibrary {
    let table: cudnn
    /// Of the device; nil for a description.
    let handle: cudnn_handle?
    /// Of the description; nil for a device.
    let properties: CudnnDescriptor?
    /// Keeps the context alive.
    private let device: Device?

    init(_ table: cudnn, on device: Device) throws {
        (self.table, self.device, properties) = (table, device, nil)
        var handle: cudnn_handle?
        try table.check(table.create(&handle), "opening cuDNN \(table.versionText)")
        self.handle = handle
    }

    /// - Parameter json: cuDNN's own text of a device's properties.
    init(_ table: cudnn, describedBy json: String) throws {
        (self.table, device, handle) = (table, nil, nil)
        let properties = try CudnnDescriptor(table, CUDNN_DEVICE_PROPERTIES)
        try properties.set(CUDNN_DEVICE_JSON, CUDNN_TYPE_CHAR, Array(json.utf8CString))
        try properties.finalize()
        self.properties = properties
    }

    deinit { if let handle { _ = table.destroy(handle) } }

    /// "9.26.0"
    var version: String { table.versionText }
}

extension cudnn {
    var versionText: String {
        let number = version()
        return "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
    }

    /// - Parameter executes: whether a plan was run: whatever goes wrong then, the job is not to blame.
    /// - Throws: `CUDAError` with the library's account of what it did not like.
    func check(_ status: Int32, executes: Bool = false, _ doing: @autoclosure () -> String) throws {
        guard status != 0 else { return }
        // cudnnStatus_t: versions that do not fit or libraries that are missing, device memory, execution.
        let (code, advice): (CUDAError.Code, String) =
            switch status {
            case 1000..<2000: (.unavailable, "; install all of one cuDNN, and no other beside it")
            case 4004: (.memory, "; choose a smaller batch_size, or more pieces (accumulate)")
            case 5000..<6000: (.fault, "")
            default: (executes ? .fault : .refused, "")
            }
        throw CUDAError(code, "\(doing()): cuDNN \(versionText) says \(failure(status))\(advice)")
    }

    private func failure(_ status: Int32) -> String {
        var text = [CChar](repeating: 0, count: 2048)
        last_error(&text, text.count)
        let detail = String(
            decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self
        ).split(whereSeparator: \.isNewline).joined(separator: " ")
        let name = error_string(status).map { String(cString: $0) } ?? "status \(status)"
        return detail.isEmpty ? name : "\(name): \(detail)"
    }
}
