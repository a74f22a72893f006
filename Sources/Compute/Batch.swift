// A batch on its way from the input pipeline to an engine: raw pixels, labels, and each sample's random draws. The
// engine applies the draws, so that a GPU can do it on the device.

/// What happens to one sample's 256 × 256 pixels before the network sees them.
package struct Draw: Hashable, Sendable {
    /// Top left corner of the crop.
    package var top: Int32
    package var left: Int32
    /// Mirrored left to right.
    package var flip: Bool
    /// Added to every pixel's red, green and blue, on the 0–255 scale (PCA colour noise).
    package var color: SIMD3<Float>

    package init(top: Int32, left: Int32, flip: Bool = false, color: SIMD3<Float> = .zero) {
        (self.top, self.left, self.flip, self.color) = (top, left, flip, color)
    }

    /// The centre crop of side `crop`, not mirrored.
    package static func center(crop: Int) -> Draw {
        let corner = Int32((Batch.side - crop) / 2)
        return Draw(top: corner, left: corner)
    }
}

/// Owned by one thread at a time: the loader fills it, hands it over, the trainer gives it back.
package final class Batch: @unchecked Sendable {  // handed over whole, never shared
    package static let side = 256
    package static let bytesPerImage = side * side * 3

    package let capacity: Int
    /// Samples in use, at most `capacity`; smaller for the last batch of an epoch.
    package var count = 0
    /// [capacity][256][256][3], red, green, blue.
    package let pixels: UnsafeMutablePointer<UInt8>
    /// Class indices from 0.
    package var labels: [Int32]
    package var draws: [Draw]
    /// The training sample whose square lies in a slot as it was decoded, or would; −1 for any other pixels.
    package var samples: [Int32]
    /// Whether a slot's pixels were left out, as the engine keeps that sample's square.
    package let isLeftOut: UnsafeMutablePointer<Bool>

    package init(capacity: Int) {
        self.capacity = capacity
        let bytes = capacity * Self.bytesPerImage
        pixels = Pages.allocate(bytes: bytes).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        labels = Array(repeating: 0, count: capacity)
        draws = Array(repeating: Draw(top: 0, left: 0), count: capacity)
        samples = Array(repeating: -1, count: capacity)
        isLeftOut = .allocate(capacity: capacity)
        isLeftOut.initialize(repeating: false, count: capacity)
    }

    deinit {
        pixels.deallocate()
        isLeftOut.deallocate()
    }

    package func image(_ index: Int) -> UnsafeMutablePointer<UInt8> { pixels + index * Self.bytesPerImage }
}
