// What this machine's arithmetic gives: large products of OpenBLAS on every thread at once. Times of layers are measured
// against it, because a machine's clock and neighbours change from one minute to the next.

package enum MatrixRate {
    /// Rows and columns: three matrices of 16 MiB, far beyond the caches, as a large product should be.
    private static let side = 2048

    /// GFLOP/s of `threads` products side by side, the best of four.
    package static func sgemm(threads: Int) throws -> Double {
        BLAS.useOneThread()
        let lanes = try Lanes(threads)
        let matrices = try (0..<threads).map { _ in
            let buffer = try FloatBuffer(3 * side * side)
            for index in 0..<2 * side * side { buffer.pointer[index] = Float(index % 7) * 0.1 }
            return buffer
        }
        let best = (0..<4).map { _ in
            ContinuousClock().measure {
                lanes.run(threads) { task, _ in
                    let a = matrices[task].pointer
                    BLAS.multiply(
                        side, side, side, a, side, a + side * side, side, into: a + 2 * side * side, side)
                }
            } / .seconds(1)
        }.min()!
        return Double(threads * 2 * side * side * side) / best * 1e-9
    }
}
