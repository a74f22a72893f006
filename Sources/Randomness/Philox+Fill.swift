// Bulk draws for initial weights: one stream per tensor, the same numbers however the caller cuts its work.

internal import CKernels
internal import Glibc

extension Philox {
    static func log(_ x: Double) -> Double { Glibc.log(x) }
    static func cos(_ x: Double) -> Double { Glibc.cos(x) }

    /// Fills `values` with normal deviates of the given mean and standard deviation.
    package static func fillNormal(
        _ values: UnsafeMutableBufferPointer<Float>, seed: UInt64, purpose: Purpose, stream: UInt32,
        mean: Float = 0, deviation: Float
    ) {
        philox_fill_normal(
            values.baseAddress, values.count, seed, purpose.rawValue, stream, mean, deviation)
    }

    /// Fills `values` with uniform deviates in [low, high).
    package static func fillUniform(
        _ values: UnsafeMutableBufferPointer<Float>, seed: UInt64, purpose: Purpose, stream: UInt32,
        low: Float, high: Float
    ) {
        philox_fill_uniform(values.baseAddress, values.count, seed, purpose.rawValue, stream, low, high)
    }
}
