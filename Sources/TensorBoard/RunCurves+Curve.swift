// One tag's points, and how they come to be in order.

extension RunCurves {
    package struct Curve: Hashable, Sendable {
        package let tag: String
        /// Rising; the other arrays beside it.
        package let steps: [Int]
        /// Seconds since 1970.
        package let wallTimes: [Double]
        package let values: [Double]
        /// Whether all were written as 32-bit floats, so that these need no more digits than such have.
        package let isSingle: Bool
    }

    /// A curve while files are read: in their order, which is nearly always that of the steps.
    struct CurveBuilder: Sendable {
        private let tag: String
        private var steps: [Int] = []
        private var wallTimes: [Double] = []
        private var values: [Double] = []
        private var isSingle = true
        private var isRising = true

        init(tag: String) { self.tag = tag }

        mutating func add(_ step: Int, _ wallTime: Double, _ scalar: ScalarReader.Scalar) {
            if let last = steps.last, last >= step { isRising = false }
            if scalar.isWide { isSingle = false }
            steps.append(step)
            wallTimes.append(wallTime)
            values.append(scalar.value)
        }

        /// - Returns: the curve, and how many points it leaves out.
        func finished() -> (curve: Curve, repeated: Int) {
            guard !isRising else { return (curve(steps, wallTimes, values), 0) }
            let order = steps.indices.sorted { (steps[$0], $0) < (steps[$1], $1) }
            var kept: [Int] = []
            for index in order where kept.last.map({ steps[$0] != steps[index] }) ?? true {
                kept.append(index)
            }
            let curve = curve(kept.map { steps[$0] }, kept.map { wallTimes[$0] }, kept.map { values[$0] })
            return (curve, order.count - kept.count)
        }

        private func curve(_ steps: [Int], _ wallTimes: [Double], _ values: [Double]) -> Curve {
            Curve(tag: tag, steps: steps, wallTimes: wallTimes, values: values, isSingle: isSingle)
        }
    }
}
