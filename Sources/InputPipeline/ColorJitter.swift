// Brightness, contrast, saturation and hue changed at random, in random order: torchvision's ColorJitter.

internal import CKernels
internal import Randomness

package struct ColorJitter: Hashable, Sendable {
    /// Factors are drawn from 1 − this (but not below 0) to 1 + this.
    package var brightness: Double
    package var contrast: Double
    package var saturation: Double
    /// Shifts are drawn from − this to this; at most 0.5, half of the colour circle.
    package var hue: Double

    package init(brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0) {
        (self.brightness, self.contrast) = (brightness, contrast)
        (self.saturation, self.hue) = (saturation, hue)
    }

    /// What is done to one image, the first step first.
    package struct Steps: Hashable, Sendable {
        package enum Step: Hashable, Sendable {
            case brightness(Double)
            case contrast(Double)
            case saturation(Double)
            case hue(Double)
        }

        package var all: [Step]

        package init(_ all: [Step]) { self.all = all }

        /// - Parameter pixels: [height][stride][3], of which the first `width` of each row are changed.
        package func apply(
            to pixels: UnsafeMutablePointer<UInt8>, width: Int, height: Int, stride: Int
        ) {
            let (width, height) = (Int32(width), Int32(height))
            for step in all {
                switch step {
                case .brightness(let factor): jitter_brightness(pixels, width, height, stride, factor)
                case .contrast(let factor): jitter_contrast(pixels, width, height, stride, factor)
                case .saturation(let factor): jitter_saturation(pixels, width, height, stride, factor)
                case .hue(let shift): jitter_hue(pixels, width, height, stride, shift)
                }
            }
        }
    }

    /// Seven numbers, whatever is switched off: three for the order, four for the amounts.
    func steps(_ random: inout Philox) -> Steps {
        var order = [0, 1, 2, 3]
        for last in stride(from: 3, to: 0, by: -1) { order.swapAt(last, random.below(last + 1)) }
        let amounts = [brightness, contrast, saturation].map { random.number(in: max(0, 1 - $0)...1 + $0) }
        let shift = random.number(in: -hue...hue)
        let steps: [Steps.Step?] = [
            brightness > 0 ? .brightness(amounts[0]) : nil, contrast > 0 ? .contrast(amounts[1]) : nil,
            saturation > 0 ? .saturation(amounts[2]) : nil, hue > 0 ? .hue(shift) : nil,
        ]
        return Steps(order.compactMap { steps[$0] })
    }
}
