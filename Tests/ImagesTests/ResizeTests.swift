// The resize against the same filter written down plainly, in double.

import Foundation
import Images
import Testing

@Suite struct ResizeTests {
    /// Triangle filter of half-width max(scale, 1) around each target pixel's centre; first across, then down.
    private func reference(_ image: Image) -> [Double] {
        let side = 256
        let shorter = min(image.width, image.height)

        func weights(_ size: Int) -> [[(Int, Double)]] {
            let scaled = size * side / shorter
            let scale = Double(size) / Double(scaled)
            let (reach, left) = (max(scale, 1), (Double(scaled - side) / 2).rounded(.toNearestOrEven))
            return (0..<side).map { i in
                let center = (left + Double(i) + 0.5) * scale
                var taps: [(Int, Double)] = []
                for source in 0..<size {
                    let weight = 1 - abs(Double(source) + 0.5 - center) / reach
                    if weight > 0 { taps.append((source, weight)) }
                }
                let sum = taps.reduce(0) { $0 + $1.1 }
                return taps.map { ($0.0, $0.1 / sum) }
            }
        }

        let (across, down) = (weights(image.width), weights(image.height))
        var rows = [Double](repeating: 0, count: image.height * side * 3)
        for y in 0..<image.height {
            for x in 0..<side {
                for (source, weight) in across[x] {
                    for c in 0..<3 {
                        rows[(y * side + x) * 3 + c] +=
                            weight * Double(image.pixels[(y * image.width + source) * 3 + c])
                    }
                }
            }
        }
        var square = [Double](repeating: 0, count: side * side * 3)
        for y in 0..<side {
            for (source, weight) in down[y] {
                for j in 0..<side * 3 { square[y * side * 3 + j] += weight * rows[source * side * 3 + j] }
            }
        }
        return square
    }

    @Test(arguments: [(300, 280), (256, 256), (257, 400), (100, 60), (1, 1), (3, 700), (900, 520)])
    func agreesWithTheReference(_ width: Int, _ height: Int) {
        let image = Image.noise(width: width, height: height)
        let square = Resize().centerSquare(of: image)
        #expect((square.width, square.height) == (256, 256))
        // Rounded twice, half a level each time.
        let worst = zip(square.pixels, reference(image)).map { abs(Double($0) - $1) }.max()!
        #expect(worst < 1.02)
    }

    @Test func a256SquareIsUnchanged() {
        let image = Image.noise(width: 256, height: 256)
        #expect(Resize().centerSquare(of: image) == image)
    }

    /// int(round((whole - length) / 2)) in Python.
    @Test func theMiddleIsTorchvisions() {
        let begins = (256..<266).map { Resize.middle(of: $0, 256) }
        #expect(begins == [0, 0, 1, 2, 2, 2, 3, 4, 4, 4])
        #expect(Resize.middle(of: 455, 224) == 116)
    }

    @Test func theMiddleIsCut() {
        // Only the middle third is white.
        var image = Image(width: 768, height: 256, pixels: Array(repeating: 0, count: 768 * 256 * 3))
        for y in 0..<256 { for j in 256 * 3..<512 * 3 { image.pixels[y * 768 * 3 + j] = 255 } }
        #expect(Resize().centerSquare(of: image).pixels.allSatisfy { $0 == 255 })
    }

    @Test func scratchIsReusedSafely() {
        let resize = Resize()
        for (width, height) in [(20, 3000), (3000, 20), (260, 260), (5000, 300), (1, 1)] {
            let image = Image.noise(width: width, height: height)
            #expect(resize.centerSquare(of: image) == Resize().centerSquare(of: image))
        }
    }
}
