// A small labelled image set that needs no download: patterns drawn with random colours, scales, positions, lighting,
// noise and spots over them, written as JPEG files in ImageFolder's layout. What tells the classes apart is shape and
// texture only: colours come from the same distribution for all. The same bytes every time.

internal import CKernels
internal import Dispatch
internal import Foundation
package import Images
internal import Randomness
internal import Synchronization
package import SystemPackage

package struct SyntheticImages: Sendable {
    /// Of the first classes in `allClasses`.
    package var classes: Int
    package var trainPerClass: Int
    package var validationPerClass: Int
    /// Width and height are drawn from it, each by itself, in pixels.
    package var sides: ClosedRange<Int>
    package var seed: UInt64

    package init(
        classes: Int = 8, trainPerClass: Int = 80, validationPerClass: Int = 20,
        sides: ClosedRange<Int> = 256...320,
        seed: UInt64 = 1
    ) {
        precondition((2...Self.patterns.count).contains(classes), "2 to \(Self.patterns.count) classes")
        (self.classes, self.trainPerClass, self.validationPerClass) = (
            classes, trainPerClass, validationPerClass
        )
        (self.sides, self.seed) = (sides, seed)
    }

    /// A class: its pattern, and how it is turned. `tilt` is the middle angle in quarter turns, `turn` the span around it.
    private struct Pattern {
        let name: String
        let kind: patterns_kind
        /// Periods across 256 pixels of image, about.
        let count: ClosedRange<Float>
        var tilt: Float = 0
        var turn: Float = 0.3
    }

    private static let patterns = [
        Pattern(name: "stripes-upright", kind: PATTERNS_STRIPES, count: 6...9),
        Pattern(name: "stripes-flat", kind: PATTERNS_STRIPES, count: 6...9, tilt: 1),
        Pattern(name: "checkers", kind: PATTERNS_CHECKERS, count: 7...11),
        Pattern(name: "rings", kind: PATTERNS_RINGS, count: 6...9),
        Pattern(name: "discs", kind: PATTERNS_DISCS, count: 4...6),
        Pattern(name: "crosses", kind: PATTERNS_CROSSES, count: 4...6),
        Pattern(name: "spirals", kind: PATTERNS_SPIRALS, count: 4...6, turn: 4),
        Pattern(name: "blobs", kind: PATTERNS_BLOBS, count: 6...9, turn: 4),
        Pattern(name: "triangles", kind: PATTERNS_TRIANGLES, count: 4...6),
        Pattern(name: "zigzags", kind: PATTERNS_ZIGZAGS, count: 5...7),
    ]

    package static var allClasses: [String] { patterns.map(\.name) }

    /// Writes train/CLASS/N.jpg and val/CLASS/N.jpg below `folder`, which is made where it is missing. A file of the same
    /// name is replaced.
    ///
    /// - Throws: `DatasetsError` of code `unwritable`.
    package func write(to folder: FilePath, threads: Int = 2) throws {
        let perClass = trainPerClass + validationPerClass
        for split in ["train", "val"] {
            for pattern in Self.patterns.prefix(classes) {
                try writing(folder.appending("\(split)/\(pattern.name)")) {
                    try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: true)
                }
            }
        }
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: max(threads, 1)) { thread in
            do {
                for image in stride(from: thread, to: classes * perClass, by: max(threads, 1)) {
                    try writeOne(label: image / perClass, index: image % perClass, to: folder)
                }
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func writeOne(label: Int, index: Int, to folder: FilePath) throws {
        let split = index < trainPerClass ? "train" : "val"
        let number = index < trainPerClass ? index : index - trainPerClass
        let digits = String(number)
        let name = String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ".jpg"
        let bytes = try JPEGEncoder(quality: 90).encode(image(label: label, index: index))
        try writing(folder.appending("\(split)/\(Self.patterns[label].name)/\(name)")) {
            try Data(bytes).write(to: URL(filePath: $0))
        }
    }

    private func writing(_ path: FilePath, _ body: (String) throws -> Void) throws {
        do {
            try body(path.string)
        } catch {
            throw DatasetsError(
                .unwritable, "cannot write \(path); make room, or choose a folder that is writable",
                cause: error)
        }
    }

    /// Image `index` of a class; a pure function of the seed, label, index and the range of sides.
    package func image(label: Int, index: Int) -> Image {
        var random = Philox(
            seed: seed, purpose: .syntheticImages, major: UInt32(label), minor: UInt32(index))
        let width = sides.lowerBound + random.below(sides.count)
        let height = sides.lowerBound + random.below(sides.count)
        var picture = picture(of: Self.patterns[label], width: Float(width), height: Float(height), &random)
        picture.seed = seed
        picture.purpose = Purpose.syntheticImages.rawValue
        picture.stream = UInt32(label)
        // Above every index, so that no pixel's noise repeats the numbers drawn here.
        picture.substream = UInt32(index) | 1 << 30
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        patterns_draw(&picture, Int32(width), Int32(height), &pixels)
        return Image(width: width, height: height, pixels: pixels)
    }

    private func picture(
        of pattern: Pattern, width: Float, height: Float, _ random: inout Philox
    ) -> patterns_picture {
        var picture = patterns_picture()
        picture.kind = pattern.kind
        picture.angle = (pattern.tilt + pattern.turn * (random.uniform() - 0.5)) * .pi / 2
        picture.period = min(width, height) / random.uniform(pattern.count)
        picture.center_x = width * random.uniform(0.3...0.7)
        picture.center_y = height * random.uniform(0.3...0.7)
        (picture.foreground, picture.background) = random.contrastingColors()
        picture.gradient_x = random.uniform(-40...40)
        picture.gradient_y = random.uniform(-40...40)
        picture.noise = random.uniform(5...20)
        picture.spots = (
            random.spot(width, height), random.spot(width, height), random.spot(width, height),
            random.spot(width, height)
        )
        return picture
    }
}

extension Philox {
    fileprivate mutating func uniform(_ range: ClosedRange<Float>) -> Float {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    private mutating func color() -> (Float, Float, Float) {
        (uniform(20...235), uniform(20...235), uniform(20...235))
    }

    /// Two colours of the same distribution that differ clearly in brightness.
    fileprivate mutating func contrastingColors() -> ((Float, Float, Float), (Float, Float, Float)) {
        func brightness(_ color: (Float, Float, Float)) -> Float {
            0.299 * color.0 + 0.587 * color.1 + 0.114 * color.2
        }
        while true {
            let (first, second) = (color(), color())
            if (brightness(first) - brightness(second)).magnitude > 70 { return (first, second) }
        }
    }

    fileprivate mutating func spot(_ width: Float, _ height: Float) -> patterns_spot {
        patterns_spot(
            x: width * uniform(), y: height * uniform(), radius: min(width, height) * uniform(0...0.11),
            color: color())
    }
}
