// Sums of each place of the squares over many images, in integers: however a scan is divided among threads, the total is the
// same.

internal import CKernels
internal import Images

struct PixelSums {
    private var images: UInt64 = 0
    /// [256][256][3]; empty before the first image.
    private var sums: [UInt64] = []

    /// Adds one image's square.
    mutating func add(_ square: UnsafePointer<UInt8>) {
        makeRoom()
        images += 1
        pixels_add_each(square, sums.count, &sums)
    }

    static func += (left: inout PixelSums, right: PixelSums) {
        guard right.images > 0 else { return }
        left.makeRoom()
        left.images += right.images
        for place in left.sums.indices { left.sums[place] += right.sums[place] }
    }

    /// Nil of no image.
    var mean: [Float]? {
        images > 0 ? sums.map { Float(Double($0) / Double(images)) } : nil
    }

    private mutating func makeRoom() {
        if sums.isEmpty { sums = Array(repeating: 0, count: Resize.bytesPerSquare) }
    }
}
