// The first convolution's filters as small colour pictures, as in figure 3 of Krizhevsky et al. 2012: rows of at most 16,
// of two towers (that paper's GPUs) one above the other. Each filter has its own contrast: its weights from −m to m
// become 0 to 255, where m is its largest magnitude. So the grey around the filters is a weight of zero, a filter that
// learned nothing yet still shows its noise, and one of zeros cannot be seen.

package import Images

package struct FilterGrid: Sendable {
    /// [filters][3][kernel][kernel], as in PyTorch; the channels are red, green and blue.
    package var weights: [Float]
    package var kernel: Int
    /// Parts of the filters that are set apart, one above the other: the groups of the second convolution.
    package var towers: Int

    /// - Parameter towers: where they do not divide the filters evenly, there is one.
    package init(weights: [Float], kernel: Int, towers: Int = 1) {
        precondition(
            kernel > 0 && weights.count.isMultiple(of: 3 * kernel * kernel), "whole filters of 3 channels")
        (self.weights, self.kernel) = (weights, kernel)
        let filters = weights.count / (3 * kernel * kernel)
        self.towers = towers > 0 && filters.isMultiple(of: towers) ? towers : 1
    }

    /// The picture is no wider where its filters allow it; the paper's 96 of 11 × 11 become 788 × 316.
    static let maxWidth = 800
    /// A filter's side in the picture, however few there are.
    static let maxSide = 128
    /// Around each filter, and more of it around a tower.
    private static let (gap, towerGap) = (4, 12)

    package func draw() -> Image {
        let filters = weights.count / (3 * kernel * kernel)
        if filters == 0 { return Canvas.notice("no filters") }
        let perTower = filters / towers
        let columns = Self.columns(perTower)
        let rows = (perTower + columns - 1) / columns
        let room = Self.maxWidth - 2 * Self.towerGap - (columns - 1) * Self.gap
        let scale = max(1, min(room / columns, Self.maxSide) / kernel)
        let pitch = kernel * scale + Self.gap
        let towerHeight = rows * pitch - Self.gap + Self.towerGap
        var canvas = Canvas(
            width: columns * pitch - Self.gap + 2 * Self.towerGap,
            height: Self.towerGap + towers * towerHeight,
            background: .grey)
        for filter in 0..<filters {
            let (tower, place) = filter.quotientAndRemainder(dividingBy: perTower)
            let x = Self.towerGap + place % columns * pitch
            let y = Self.towerGap + tower * towerHeight + place / columns * pitch
            draw(filter, x, y, scale, on: &canvas)
        }
        return canvas.image
    }

    private func draw(_ filter: Int, _ x: Int, _ y: Int, _ scale: Int, on canvas: inout Canvas) {
        let plane = kernel * kernel
        let own = weights[filter * 3 * plane..<(filter + 1) * 3 * plane]
        let largest = own.reduce(0) { $1.isFinite ? max($0, $1.magnitude) : $0 }
        func level(_ channel: Int, _ position: Int) -> UInt8? {
            let weight = own[own.startIndex + channel * plane + position]
            if !weight.isFinite { return nil }
            return largest == 0 ? Color.grey.red : UInt8(level: 127.5 + 127.5 * (weight / largest))
        }
        for position in 0..<plane {
            var color = Color.notFinite
            if let red = level(0, position), let green = level(1, position), let blue = level(2, position) {
                color = Color(red, green, blue)
            }
            canvas.fill(x + position % kernel * scale, y + position / kernel * scale, scale, scale, color)
        }
    }

    /// From 8 to 16, whichever leaves the fewest places of the last row free, and of those the most; fewer for few.
    static func columns(_ filters: Int) -> Int {
        guard filters > 16 else { return filters }
        func free(_ columns: Int) -> Int { (columns - filters % columns) % columns }
        return (8...16).reversed().min { free($0) < free($1) } ?? 16
    }
}
