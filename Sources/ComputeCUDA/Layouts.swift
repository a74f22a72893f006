// How activations and parameters lie on the device (device_types.h): towers apart, channels padded to whole vectors.

internal import CCUDA
internal import Networks

/// Channels of a tower with their padding: 8 elements of bf16 are the 16 bytes that a thread loads, and what cuDNN's
/// kernels on tensor cores ask for.
func paddedChannels(_ channels: Int) -> Int { (channels + 7) / 8 * 8 }

extension device_tensor {
    /// - Parameter towers: that the channels are cut into.
    init(images: Int, _ shape: Shape, towers: Int = 1) {
        let channels = shape.channels / towers
        self.init(
            images: Int32(images), height: Int32(shape.height), width: Int32(shape.width),
            towers: Int32(towers), channels: Int32(channels), padded: Int32(paddedChannels(channels)))
    }

    /// Numbers of one image in one tower…
    var imageCount: Int { Int(height) * Int(width) * Int(padded) }
    /// …of a tower, and of all.
    var towerCount: Int { Int(images) * imageCount }
    var count: Int { Int(towers) * towerCount }
    /// Of a bias, or a row of `ColumnGrid`'s sums.
    var columns: Int { Int(towers) * Int(padded) }
}

extension device_weight {
    /// Of a convolution from `x` to `y`.
    /// - Parameter block: of the space-to-depth that `x` has gone through; 1 for none.
    init(_ convolution: Convolution, inputs: Int, x: device_tensor, y: device_tensor, block: Int) {
        let blocks = (convolution.kernel + block - 1) / block
        self.init(
            outputs: Int32(convolution.outputs), tower_outputs: y.channels, padded_outputs: y.padded,
            inputs: Int32(inputs / convolution.groups), padded_inputs: x.padded,
            rows: Int32(convolution.kernel), columns: Int32(convolution.kernel), block: Int32(block),
            block_rows: Int32(blocks), block_columns: Int32(blocks))
    }

    /// Of a linear layer that reads all of `x`, which has one tower.
    init(outputs: Int, x: device_tensor) {
        self.init(
            outputs: Int32(outputs), tower_outputs: Int32(outputs),
            padded_outputs: Int32(paddedChannels(outputs)),
            inputs: x.channels, padded_inputs: x.padded, rows: x.height, columns: x.width, block: 1,
            block_rows: x.height, block_columns: x.width)
    }

    /// Of a vector with one number for each channel of `y`.
    init(vectorOf y: device_tensor) {
        self.init(
            outputs: y.towers * y.channels, tower_outputs: y.channels, padded_outputs: y.padded, inputs: 1,
            padded_inputs: 1, rows: 1, columns: 1, block: 1, block_rows: 1, block_columns: 1)
    }

    /// Numbers on the device, padding included…
    var deviceCount: Int {
        let (height, width) = block > 1 ? (block_rows, block_columns) : (rows, columns)
        return Int(outputs / tower_outputs) * Int(padded_outputs) * Int(height) * Int(width)
            * Int(padded_inputs)
    }
    /// …and of a tower's outputs.
    var towerCount: Int { deviceCount / Int(outputs / tower_outputs) }
}
