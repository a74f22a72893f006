// The golden files of Golden/make_golden.py, and the weights and pixels that belong to them.

import Checkpoints
import Compute
import Foundation
import Networks
import Randomness
import SystemPackage
import Testing

struct Golden {
    // As in make_golden.py.
    static let seed: UInt64 = 20_120_930
    static let count = 4
    static let classes = 10
    static let normalization = Normalization(mean: [124, 117, 104], deviation: [58, 57, 57.5])

    let file: SafetensorsFile

    init(_ name: String) throws {
        let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        file = try SafetensorsFile(FilePath(folder.appendingPathComponent("\(name).safetensors").path))
    }

    func read(_ name: String) throws -> [Float] {
        let shape = try #require(file.shape(of: name), "\(file.path) has no \(name)")
        var values = [Float](repeating: 0, count: shape.reduce(1, *))
        try values.withUnsafeMutableBufferPointer { try file.read(name, into: $0) }
        return values
    }

    /// On single pixels.
    static let linear: Network = {
        var builder = Network.Builder("one linear layer", input: Shape(1, 1, 3))
        builder.add("flatten", .flatten)
        builder.add("linear", .linear(outputs: 4))
        return builder.network()
    }()

    /// Running statistics as they begin; streams count what is learned, as PyTorch's named_parameters().
    static func parameters(_ network: Network) -> ParameterSet {
        let set = ParameterSet(network.parameters)
        var stream: UInt32 = 0
        for (index, parameter) in network.parameters.enumerated() {
            guard parameter.role.isLearned else {
                set[index].update(repeating: parameter.role == .runningVariance ? 1 : 0)
                continue
            }
            let fanIn = Double(parameter.shape.dropFirst().reduce(1, *))
            let bound = parameter.role == .bias ? 0.1 : Float((6 / fanIn).squareRoot())
            Philox.fillUniform(
                set[index], seed: seed, purpose: .initialization, stream: stream, low: -bound, high: bound)
            stream += 1
        }
        return set
    }

    static func batch() -> Batch {
        let batch = Batch(capacity: count)
        batch.count = count
        // Uniform in [0, 256) from 24 bits is the word's top byte and more.
        let noise = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * Batch.bytesPerImage)
        defer { noise.deallocate() }
        Philox.fillUniform(noise, seed: seed, purpose: .syntheticImages, stream: 0, low: 0, high: 256)
        let source = noise.baseAddress!
        for index in 0..<noise.count { batch.pixels[index] = UInt8(source[index]) }
        for slot in 0..<count {
            batch.labels[slot] = Int32((3 * slot + 1) % classes)
            batch.draws[slot] = Draw(
                top: Int32(7 * slot), left: Int32(29 - 5 * slot), flip: slot % 2 == 1,
                color: [Float(slot), -2 * Float(slot), 0.5 * Float(slot)])
        }
        return batch
    }
}
