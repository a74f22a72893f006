// A part of the image, of random size and shape, that becomes the whole crop: torchvision's RandomResizedCrop
// (Szegedy et al. 2014), with its defaults.

internal import Glibc
internal import Randomness

package struct ResizedCrop: Hashable, Sendable {
    /// Of the image's area.
    package var scale: ClosedRange<Double>
    /// Width ÷ height.
    package var ratio: ClosedRange<Double>

    package init(scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3) {
        (self.scale, self.ratio) = (scale, ratio)
    }

    package struct Box: Hashable, Sendable {
        package var left: Int
        package var top: Int
        package var width: Int
        package var height: Int
    }

    /// A part of an image of this size. Every try takes four numbers.
    func box(width: Int, height: Int, _ random: inout Philox) -> Box {
        for _ in 0..<10 {
            let area = Double(width * height) * random.number(in: scale)
            let shape = exp(random.number(in: log(ratio.lowerBound)...log(ratio.upperBound)))
            let (x, y) = (random.uniform(), random.uniform())
            let across = Int((area * shape).squareRoot().rounded(.toNearestOrEven))
            let down = Int((area / shape).squareRoot().rounded(.toNearestOrEven))
            guard (1...width).contains(across), (1...height).contains(down) else { continue }
            return Box(
                left: Int(Double(x) * Double(width - across + 1)),
                top: Int(Double(y) * Double(height - down + 1)), width: across, height: down)
        }
        // The middle, as much of it as has an allowed shape.
        var (across, down) = (width, height)
        let shape = Double(width) / Double(height)
        if shape < ratio.lowerBound {
            down = Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven))
        } else if shape > ratio.upperBound {
            across = Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven))
        }
        return Box(left: (width - across) / 2, top: (height - down) / 2, width: across, height: down)
    }
}

extension Philox {
    /// One word.
    mutating func number(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + Double(uniform()) * (range.upperBound - range.lowerBound)
    }
}
