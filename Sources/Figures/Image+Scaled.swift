// An image in another size: each new pixel is the mean of the area that it covers, so that nothing shimmers when a
// picture becomes smaller, and a larger one shows its pixels as they are.

internal import Images

extension Image {
    /// As large as a square of `side` holds, in its own proportions; at least a pixel.
    func fitted(to side: Int) -> Image {
        let longer = Swift.max(width, height)
        return scaled(Swift.max(1, width * side / longer), Swift.max(1, height * side / longer))
    }

    func scaled(_ newWidth: Int, _ newHeight: Int) -> Image {
        if (newWidth, newHeight) == (width, height) { return self }
        let (across, down) = (Span.cover(width, by: newWidth), Span.cover(height, by: newHeight))
        var scaled = Image(
            width: newWidth, height: newHeight, pixels: Array(repeating: 0, count: newWidth * newHeight * 3))
        // First across, every row; then down.
        var rows = [Float](repeating: 0, count: newWidth * height * 3)
        for y in 0..<height {
            for (x, span) in across.enumerated() {
                for channel in 0..<3 {
                    var sum: Float = 0
                    for (tap, weight) in span.weights.enumerated() {
                        sum += weight * Float(pixels[(y * width + span.start + tap) * 3 + channel])
                    }
                    rows[(y * newWidth + x) * 3 + channel] = sum
                }
            }
        }
        for (y, span) in down.enumerated() {
            for i in 0..<newWidth * 3 {
                var sum: Float = 0
                for (tap, weight) in span.weights.enumerated() {
                    sum += weight * rows[(span.start + tap) * newWidth * 3 + i]
                }
                scaled.pixels[y * newWidth * 3 + i] = UInt8(level: sum)
            }
        }
        return scaled
    }
}

/// The old pixels under a new one, along one axis. Weights add up to 1.
private struct Span {
    let start: Int
    let weights: [Float]

    static func cover(_ old: Int, by new: Int) -> [Span] {
        (0..<new).map { i in
            // In units of 1/new of an old pixel, so that all is exact.
            let (from, to) = (i * old, (i + 1) * old)
            let pixels = from / new..<(to + new - 1) / new
            return Span(
                start: pixels.lowerBound,
                weights: pixels.map { Float(min(to, ($0 + 1) * new) - max(from, $0 * new)) / Float(old) })
        }
    }
}
