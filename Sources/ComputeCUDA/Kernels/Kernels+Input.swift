// input.cu.

internal import CCUDA

extension Kernels {
    /// Where a first convolution with a stride wants its pixels: side of the blocks that become channels, and the zeros
    /// around the crop.
    struct Arrangement {
        var block = 1
        var padding = 0
    }

    /// - Parameters:
    ///   - draws: device_draw of each image, which says where its pixels are.
    ///   - meanImage: [256][256][3] floats, or 0.
    ///   - crop: height and width.
    func crop(
        draws: cuda_address, meanImage: cuda_address,
        _ normalization: device_normalization, to out: cuda_address, _ shape: device_tensor,
        crop: (height: Int, width: Int), _ arrangement: Arrangement, step: cuda_address, on stream: Stream
    ) throws {
        try launch(
            "input_crop", groupsOf: shape, on: stream,
            KernelArguments(
                draws, meanImage, normalization, out, shape, Int32(crop.height), Int32(crop.width),
                Int32(arrangement.block), Int32(arrangement.padding), step))
    }
}
