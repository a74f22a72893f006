// Sums over pixels, in integers: however a scan is divided among threads, the total is the same.

internal import CKernels

package struct ColorSums: Codable, Hashable, Sendable {
    private(set) var pixels: UInt64 = 0
    /// r, g, b, rr, rg, rb, gg, gb, bb.
    private(set) var sums = [UInt64](repeating: 0, count: 9)

    package init() {}

    /// Adds one image's pixels ([count][3]), at most 66000 of them.
    package mutating func add(_ image: UnsafePointer<UInt8>, count: Int) {
        pixels += UInt64(count)
        pixels_add_sums(image, count, &sums)
    }

    package static func += (left: inout ColorSums, right: ColorSums) {
        left.pixels += right.pixels
        for i in left.sums.indices { left.sums[i] += right.sums[i] }
    }

    /// False for a decoded value that no scan can have made.
    package var isWhole: Bool { sums.count == 9 && pixels > 0 }

    var mean: SIMD3<Double> { SIMD3(ratio(0), ratio(1), ratio(2)) }

    /// Rows of the symmetric 3 × 3 matrix.
    var covariance: [SIMD3<Double>] {
        let mean = mean
        let products = [[3, 4, 5], [4, 6, 7], [5, 7, 8]]
        return (0..<3).map { row in
            SIMD3((0..<3).map { column in ratio(products[row][column]) - mean[row] * mean[column] })
        }
    }

    private func ratio(_ index: Int) -> Double { Double(sums[index]) / Double(max(pixels, 1)) }
}
