// Batch normalisation, the one layer in which the images of a batch see each other. PyTorch's layouts, in double.

import Networks

extension Reference {
    /// Of each channel, over all its values in the batch: how many, their mean, and the sum of their squared deviations
    /// from it.
    struct ChannelMoments {
        var count = 0
        var mean: [Double]
        var deviations: [Double]
    }

    /// The values of a channel in an image.
    private static func range(_ channel: Int, _ shape: Shape) -> Range<Int> {
        let plane = shape.height * shape.width
        return channel * plane..<(channel + 1) * plane
    }

    static func channelMoments(_ batch: [Reals], _ shape: Shape) -> ChannelMoments {
        let none = [Double](repeating: 0, count: shape.channels)
        var moments = ChannelMoments(mean: none, deviations: none)
        moments.count = batch.count * shape.height * shape.width
        for channel in 0..<shape.channels {
            let values = batch.flatMap { image in range(channel, shape).map { image[$0] } }
            let mean = values.reduce(0, +) / Double(moments.count)
            moments.mean[channel] = mean
            moments.deviations[channel] = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        }
        return moments
    }

    static func batchNorm(
        _ x: Reals, _ shape: Shape, mean: [Double], variance: [Double], epsilon: Double, _ weight: Reals,
        _ bias: Reals
    ) -> Reals {
        let y = Reals(x.count)
        for channel in 0..<shape.channels {
            for i in range(channel, shape) {
                let standard = (x[i] - mean[channel]) / (variance[channel] + epsilon).squareRoot()
                y[i] = weight[channel] * standard + bias[channel]
            }
        }
        return y
    }

    /// Where the statistics are given, each value goes its own way.
    static func fixedBatchNormBackward(
        _ dy: Reals, _ shape: Shape, variance: Reals, epsilon: Double, _ weight: Reals
    ) -> Reals {
        let dx = Reals(dy.count)
        for channel in 0..<shape.channels {
            let slope = weight[channel] / (variance[channel] + epsilon).squareRoot()
            for i in range(channel, shape) { dx[i] = dy[i] * slope }
        }
        return dx
    }

    /// Adds to the gradients of weight and bias; returns the inputs'. Ioffe & Szegedy 2015, section 3, one by one.
    static func batchNormBackward(
        _ x: [Reals], _ dy: [Reals], _ shape: Shape, epsilon: Double, _ weight: Reals, _ dWeight: Reals,
        _ dBias: Reals
    ) -> [Reals] {
        let moments = channelMoments(x, shape)
        let count = Double(moments.count)
        let dx = x.map { Reals($0.count) }
        for channel in 0..<shape.channels {
            let mean = moments.mean[channel]
            let variance = moments.deviations[channel] / count + epsilon
            let deviation = variance.squareRoot()
            var (dVariance, dMean) = (0.0, 0.0)
            for (x, dy) in zip(x, dy) {
                for i in range(channel, shape) {
                    let dStandard = dy[i] * weight[channel]
                    dVariance += dStandard * (x[i] - mean) * -0.5 / (variance * deviation)
                    dMean -= dStandard / deviation
                    dWeight[channel] += dy[i] * (x[i] - mean) / deviation
                    dBias[channel] += dy[i]
                }
            }
            for image in x.indices {
                for i in range(channel, shape) {
                    let direct = dy[image][i] * weight[channel] / deviation
                    dx[image][i] = direct + dVariance * 2 * (x[image][i] - mean) / count + dMean / count
                }
            }
        }
        return dx
    }
}
