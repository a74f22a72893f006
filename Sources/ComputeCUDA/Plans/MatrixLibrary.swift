// cuBLASLt, open for one device. One thread at a time.

internal import CCUDA

final class MatrixLibrary {
    let table: cublaslt
    let handle: cublaslt_handle?
    /// Keeps the context alive.
    private let device: Device

    init(_ table: cublaslt, on device: Device) throws {
        (self.table, self.device) = (table, device)
        var handle: cublaslt_handle?
        try table.check(table.create(&handle), "opening cuBLASLt \(table.versionText)")
        self.handle = handle
    }

    deinit { _ = table.destroy(handle) }

    /// "13.4.1"
    var version: String { table.versionText }
}

extension cublaslt {
    /// cuBLAS counts 10000 · major + 100 · minor + patch since 12.
    var versionText: String {
        let number = version()
        return "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
    }

    /// - Parameter executes: whether a plan was run: whatever goes wrong then, the job is not to blame.
    /// - Throws: `CUDAError` with the library's name for what it did not like.
    func check(_ status: Int32, executes: Bool = false, _ doing: @autoclosure () -> String) throws {
        guard status != 0 else { return }
        let name = status_name(status).map { String(cString: $0) } ?? "status \(status)"
        // cublasStatus_t: memory, a device that is too old or too new, and what only a failing device gives.
        let (code, advice): (CUDAError.Code, String) =
            switch status {
            case 3: (.memory, "; choose a smaller batch_size, or more pieces (accumulate)")
            case 1: (.unavailable, "; this cuBLAS and the driver do not fit one another, or there is no GPU")
            case 8: (.unavailable, "; install a cuBLAS for this GPU")
            case 11, 13, 14: (.fault, "")
            default: (executes ? .fault : .refused, "")
            }
        throw CUDAError(code, "\(doing()): cuBLASLt \(versionText) says \(name)\(advice)")
    }
}
