// Pictures that cost a decoder what photographs cost it, for timing where nobody names a data set: noise at every scale,
// weaker at finer ones, as in nature (Field 1987: amplitudes fall as one over frequency).

import Foundation
import Images
import Randomness
import SystemPackage

struct Photographs {
    var count = 48
    var width = 500
    var height = 375

    /// ImageNet's files of this size have about 110 KB; these have as many.
    private static let quality = 92

    /// Writes train/CLASS/N.jpg and val/CLASS/N.jpg below `folder`.
    func write(to folder: FilePath) throws {
        for index in 0..<count {
            let name = index < 4 ? "val/\(index % 2)" : "train/\(index % 2)"
            let target = folder.appending(name)
            try FileManager.default.createDirectory(atPath: target.string, withIntermediateDirectories: true)
            let jpeg = try JPEGEncoder(quality: Self.quality).encode(picture(index))
            try Data(jpeg).write(to: URL(filePath: target.appending("\(index).jpg").string))
        }
    }

    private func picture(_ index: Int) -> Image {
        let resize = Resize()
        let side = max(width, height)
        var random = Philox(seed: 1, purpose: .syntheticImages, major: 1, minor: UInt32(index))
        var sums = [Float](repeating: 0, count: side * side * 3)
        var layer = [UInt8](repeating: 0, count: side * side * 3)
        for octave in 1...9 {
            let cells = min(1 << octave, side)
            var noise: [UInt8] = []
            for _ in 0..<cells * cells {
                // Colours change less than brightness does.
                let grey = 3 * (random.word() >> 24)
                for _ in 0..<3 { noise.append(UInt8((grey + (random.word() >> 24)) / 4)) }
            }
            noise.withUnsafeBufferPointer {
                guard let base = $0.baseAddress else { return }
                resize.square(
                    of: Pixels(base: base, width: cells, height: cells), left: 0, top: 0, width: cells,
                    height: cells, side: side, into: &layer, stride: side)
            }
            let amplitude = 1.6 / Float(octave)
            for place in sums.indices { sums[place] += amplitude * (Float(layer[place]) - 128) }
        }
        var pixels: [UInt8] = []
        for y in 0..<height {
            for sum in sums[y * side * 3..<(y * side + width) * 3] {
                pixels.append(UInt8(min(max(128 + sum, 0), 255)))
            }
        }
        return Image(width: width, height: height, pixels: pixels)
    }
}
