// What a legend says of a series, in numbers.

struct SeriesSummary {
    struct Point {
        let x: Double
        let y: Double
    }

    private(set) var points = 0
    /// Of the points that are drawn.
    private(set) var last: Point?
    private(set) var least: Point?
    private(set) var greatest: Point?
    /// The span of x; nil where nothing is drawn.
    private(set) var xRange: ClosedRange<Double>?
    private(set) var notFinite = 0
    private(set) var notPositive = 0

    init(_ series: Series, logarithmic: Bool) {
        points = series.x.count
        for index in series.x.indices {
            switch series.absence(index, logarithmic: logarithmic) {
            case .notFinite: notFinite += 1
            case .notPositive: notPositive += 1
            case nil: add(Point(x: series.x[index], y: series.y[index]))
            }
        }
    }

    private mutating func add(_ point: Point) {
        last = point
        if least.map({ point.y < $0.y }) ?? true { least = point }
        if greatest.map({ point.y > $0.y }) ?? true { greatest = point }
        xRange = min(xRange?.lowerBound ?? point.x, point.x)...max(xRange?.upperBound ?? point.x, point.x)
    }

    /// What is missing from the picture; nil where nothing is.
    var absent: String? {
        let parts = [(notFinite, "not finite"), (notPositive, "not above 0")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return parts.isEmpty ? nil : "gaps: " + parts.joined(separator: ", ")
    }
}
