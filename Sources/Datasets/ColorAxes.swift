// The principal axes of a data set's colours, for the paper's colour noise (Krizhevsky et al. 2012, section 4.1).

package struct ColorAxes: Hashable, Sendable {
    /// Unit vectors, the one of the largest variance first; each one's largest component is positive.
    package let vectors: [SIMD3<Double>]
    /// Standard deviation along each, on the 0–255 scale.
    package let deviations: SIMD3<Double>

    /// From the rows of a symmetric, positive semi-definite matrix, by Jacobi's rotations.
    package init(covariance: [SIMD3<Double>]) {
        var a = covariance
        var v: [SIMD3<Double>] = [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]  // columns, as rows
        // Quadratic convergence: 3 × 3 matrices are done after about 6 sweeps.
        for _ in 0..<30 {
            for (p, q) in [(0, 1), (0, 2), (1, 2)] where a[p][q] != 0 {
                let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
                let t = (theta < 0 ? -1 : 1) / (theta.magnitude + (theta * theta + 1).squareRoot())
                let cosine = 1 / (t * t + 1).squareRoot()
                let sine = t * cosine
                (a[p], a[q]) = (cosine * a[p] - sine * a[q], sine * a[p] + cosine * a[q])
                for row in 0..<3 {
                    (a[row][p], a[row][q]) = (
                        cosine * a[row][p] - sine * a[row][q], sine * a[row][p] + cosine * a[row][q]
                    )
                }
                (v[p], v[q]) = (cosine * v[p] - sine * v[q], sine * v[p] + cosine * v[q])
            }
        }
        let order = (0..<3).sorted { a[$0][$0] > a[$1][$1] }
        vectors = order.map { index in
            let largest = (0..<3).max { v[index][$0].magnitude < v[index][$1].magnitude }!
            return v[index][largest] < 0 ? -v[index] : v[index]
        }
        deviations = SIMD3(order.map { max(a[$0][$0], 0).squareRoot() })
    }

    /// The colour that lies `amounts` deviations out along each axis.
    package func offset(_ amounts: SIMD3<Double>) -> SIMD3<Double> {
        let steps = amounts * deviations
        return steps[0] * vectors[0] + steps[1] * vectors[1] + steps[2] * vectors[2]
    }
}
