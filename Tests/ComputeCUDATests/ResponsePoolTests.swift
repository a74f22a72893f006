// Which layers may become one: what the fused kernels cannot do must go to the general ones.

import CCUDA
import Testing

@testable import ComputeCUDA
@testable import Networks

@Suite struct ResponsePoolTests {
    private let x = device_tensor(images: 4, height: 11, width: 9, towers: 2, channels: 8, padded: 8)
    private let y = device_tensor(images: 4, height: 5, width: 4, towers: 1, channels: 16, padded: 16)
    private let pool = MaxPool(kernel: 3, stride: 2)

    private func canFuse(
        _ x: device_tensor, _ y: device_tensor, _ norm: LocalResponseNorm? = LocalResponseNorm()
    ) -> Bool {
        ResponsePool.canFuse(x, y, norm, pool, floats: true)
    }

    @Test func whatAlexNetHasIsFusedInAnyTowers() {
        #expect(canFuse(x, y))
        #expect(canFuse(x, y, nil))
    }

    @Test func otherWindowsAreNot() {
        for other in [MaxPool(kernel: 2, stride: 2), MaxPool(kernel: 3, stride: 1)] {
            #expect(!ResponsePool.canFuse(x, y, nil, other, floats: false))
        }
        var norm = LocalResponseNorm()
        norm.size = 3
        #expect(!canFuse(x, y, norm))
        norm = LocalResponseNorm()
        norm.beta = 0.5
        #expect(!canFuse(x, y, norm))
    }

    @Test func channelsThatDoNotFillTheirEightsAreNot() {
        var (x, y) = (x, y)
        (x.channels, x.towers, y.channels) = (13, 1, 13)
        (x.padded, y.padded) = (16, 16)
        #expect(!canFuse(x, y))
        (x.channels, y.channels) = (16, 16)
        #expect(canFuse(x, y))
        (x.padded, y.padded) = (24, 24)
        #expect(!canFuse(x, y))
    }

    /// A row of x has to fit a block's shared memory, and a row of y its threads.
    @Test func rowsThatDoNotFitABlockAreNot() {
        var (x, y) = (x, y)
        (x.width, y.width) = (1025, 512)
        #expect(ResponsePool.canFuse(x, y, nil, pool, floats: false))
        #expect(!ResponsePool.canFuse(x, y, nil, pool, floats: true))
        (x.width, y.width) = (1027, 513)
        #expect(!ResponsePool.canFuse(x, y, nil, pool, floats: false))
    }
}
