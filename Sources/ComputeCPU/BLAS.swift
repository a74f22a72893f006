// OpenBLAS: one product per call on the calling thread, and the choice of its kernels.

internal import CKernels
internal import COpenBLAS
internal import Glibc

package enum BLAS {
    /// C (m × n) = A (m × k) · B (k × n), or added to C; row-major, with the floats between rows of each.
    static func multiply(
        _ m: Int, _ n: Int, _ k: Int,
        _ a: UnsafePointer<Float>, _ strideA: Int, transposeA: Bool = false,
        _ b: UnsafePointer<Float>, _ strideB: Int, transposeB: Bool = false,
        into c: UnsafeMutablePointer<Float>, _ strideC: Int, adding: Bool = false
    ) {
        cblas_sgemm(
            Int32(CblasRowMajor), Int32(transposeA ? CblasTrans : CblasNoTrans),
            Int32(transposeB ? CblasTrans : CblasNoTrans), Int32(m), Int32(n), Int32(k), 1,
            a, Int32(strideA), b, Int32(strideB), adding ? 1 : 0, c, Int32(strideC))
    }

    /// Lanes are ours: OpenBLAS must not start threads of its own.
    static func useOneThread() { openblas_set_num_threads(1) }

    /// The kernels OpenBLAS chose, for example "SkylakeX".
    package static var core: String { String(cString: openblas_get_corename()) }

    package static var version: String {
        String(cString: openblas_get_config()).split(separator: " ").prefix(2).joined(separator: " ")
    }

    /// Environment that OpenBLAS must find when it is loaded: one thread, and AVX-512 kernels where the CPU has them
    /// but OpenBLAS does not know it (0.3.21 takes newer AMD cores for Haswell: half the speed). What the user has set
    /// stays.
    package static var environment: [String: String] {
        var wanted: [String: String] = [:]
        if getenv("OPENBLAS_NUM_THREADS") == nil { wanted["OPENBLAS_NUM_THREADS"] = "1" }
        let knowsAVX512 = ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(core)
        if kernel_has_avx512() == 1, !knowsAVX512, getenv("OPENBLAS_CORETYPE") == nil {
            wanted["OPENBLAS_CORETYPE"] = "SKYLAKEX"
        }
        return wanted
    }
}
