// Colours as torchvision changes them, and crops as PIL resizes them: Golden/make_alterations.py made the file.

import Foundation
import Images
import Testing

@testable import InputPipeline

@Suite struct AlterationGoldenTests {
    private struct Golden: Decodable {
        struct Color: Decodable {
            let name: String
            let amount: Double
            let pixels: String
        }

        struct Crop: Decodable {
            let left, top, width, height, side: Int
            let pixels: String
        }

        let colors: [Color]
        let crops: [Crop]

        init() throws {
            let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
            self = try JSONDecoder().decode(
                Self.self, from: Data(contentsOf: folder.appendingPathComponent("alterations.json")))
        }
    }

    private static let (width, height) = (29, 23)

    /// As in the script.
    private static var picture: [UInt8] {
        (0..<height).flatMap { y in
            (0..<width).flatMap { x in
                (0..<3).map { c in
                    let sum = x * (31 + 7 * c) + y * (17 + 30 * c) + (x * y * (c + 3)) / 4
                    return UInt8(sum & 255)
                }
            }
        }
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.map { $0 < 0x3a ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    @Test func colors() throws {
        let golden = try Golden()
        #expect(golden.colors.count == 16)
        for color in golden.colors {
            let step: ColorJitter.Steps.Step =
                switch color.name {
                case "brightness": .brightness(color.amount)
                case "contrast": .contrast(color.amount)
                case "saturation": .saturation(color.amount)
                default: .hue(color.amount)
                }
            // On the left of something wider, which stays as it is.
            let stride = Self.width + 2
            var pixels = [UInt8](repeating: 9, count: Self.height * stride * 3)
            for y in 0..<Self.height {
                let row = Self.picture[y * Self.width * 3..<(y + 1) * Self.width * 3]
                pixels.replaceSubrange(y * stride * 3..<y * stride * 3 + row.count, with: row)
            }
            ColorJitter.Steps([step]).apply(
                to: &pixels, width: Self.width, height: Self.height, stride: stride)
            let expected = Self.bytes(color.pixels)
            for y in 0..<Self.height {
                let wanted = expected[y * Self.width * 3..<(y + 1) * Self.width * 3] + [9, 9, 9, 9, 9, 9]
                let own = pixels[y * stride * 3..<(y + 1) * stride * 3]
                #expect(own.elementsEqual(wanted), "\(color.name) \(color.amount): row \(y)")
            }
        }
    }

    /// Within a level: PIL rounds its weights in another place.
    @Test func crops() throws {
        let resize = Resize()
        for crop in try Golden().crops {
            let stride = crop.side + 3
            var target = [UInt8](repeating: 7, count: crop.side * stride * 3)
            Self.picture.withUnsafeBufferPointer { picture in
                resize.square(
                    of: Pixels(base: picture.baseAddress!, width: Self.width, height: Self.height),
                    left: crop.left, top: crop.top, width: crop.width, height: crop.height, side: crop.side,
                    into: &target, stride: stride)
            }
            let expected = Self.bytes(crop.pixels)
            for y in 0..<crop.side {
                for j in 0..<stride * 3 {
                    let own = Int(target[y * stride * 3 + j])
                    let wanted = j < crop.side * 3 ? Int(expected[y * crop.side * 3 + j]) : 7
                    #expect(abs(own - wanted) <= 1, "\(crop.side): row \(y), byte \(j)")
                }
            }
        }
    }
}
