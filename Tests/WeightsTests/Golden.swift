// The files that Golden/make_golden.py made, and what is in them.

import Foundation
import SystemPackage

@testable import Weights

enum Golden {
    static func path(_ name: String) -> FilePath {
        FilePath(#filePath).removingLastComponent().appending("Golden").appending(name)
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(name).string)))
    }

    static func file(_ name: String) throws -> TensorFile { try TensorFile(path(name)) }

    /// Element i of tensor t.
    static func value(_ t: Int, _ i: Int) -> Float { Float((31 * i + 17 * t) % 255 - 127) / 128 }

    static func values(_ t: Int, _ count: Int) -> [Float] { (0..<count).map { value(t, $0) } }

    static func scores() throws -> [String: [Double]] {
        try JSONDecoder().decode([String: [Double]].self, from: Data(try bytes("scores.json")))
    }
}

extension TensorFile {
    subscript(_ name: String) -> Tensor? { tensors.first { $0.name == name } }
}

extension TensorFile.Tensor {
    func floats() throws -> [Float] {
        var values = [Float](repeating: .nan, count: count)
        try values.withUnsafeMutableBufferPointer { try read(into: $0) }
        return values
    }
}

extension NetworkWeights {
    func floats(_ index: Int) throws -> [Float] {
        var values = [Float](repeating: .nan, count: network.parameters[index].count)
        try values.withUnsafeMutableBufferPointer { try read(index, into: $0) }
        return values
    }
}

/// The message of what `body` throws; "nothing" if it throws nothing.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "nothing"
    } catch { return "\(error)" }
}
