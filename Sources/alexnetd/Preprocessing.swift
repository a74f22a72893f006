// How networks from elsewhere want their pixels: what is taken from each channel on the 0–255 scale, and what the rest is
// divided by.

import ArgumentParser
import Compute
import Foundation
import Weights

enum Preprocessing: String, CaseIterable, ExpressibleByArgument {
    case torchvision, caffe, unit, signed

    /// As the world that wrote the file trains its networks.
    init(usualFor format: TensorFile.Format) { self = format == .caffe ? .caffe : .torchvision }

    var normalization: Normalization {
        switch self {
        // ImageNet's mean and deviation times 255 (torchvision.models' transforms).
        case .torchvision:
            Normalization(
                mean: SIMD3(123.675, 116.28, 103.53), deviation: SIMD3(58.395, 57.12, 57.375))
        // BVLC's mean_value 104, 117, 123 for blue, green and red.
        case .caffe: Normalization(mean: SIMD3(123, 117, 104), deviation: SIMD3(repeating: 1))
        case .unit: Normalization(mean: SIMD3(repeating: 0), deviation: SIMD3(repeating: 255))
        case .signed: Normalization(mean: SIMD3(repeating: 127.5), deviation: SIMD3(repeating: 127.5))
        }
    }

    /// "(pixel − [123, 117, 104]) ÷ [1, 1, 1]"
    var text: String {
        func listed(_ values: SIMD3<Float>) -> String {
            (0..<3).map { String(format: "%g", Double(values[$0])) }.joined(separator: ", ")
        }
        return "(pixel − [\(listed(normalization.mean))]) ÷ [\(listed(normalization.deviation))]"
    }
}
