// Files that are cut off, flipped, or made to mislead: each is refused in words, and nothing is executed, read beyond its
// end, or made larger than the file.

import Foundation
import SeededRandom
import TemporaryFolders
import Testing

@testable import Weights

@Suite struct DamageTests {
    static let files = [
        "kinds-zip.pth", "kinds-stream.pth", "kinds-protocol4.pth", "torchvision-zip.pth",
        "torchvision-stream.pth",
        "torchvision-tar.pth", "alexnet-v1.caffemodel", "alexnet-v2.caffemodel",
    ]

    /// Everything that importing does with a file.
    static func read(_ bytes: [UInt8]) throws {
        let file = try TensorFile(Bytes(bytes))
        for tensor in file.tensors where tensor.isFloat && tensor.count <= 1 << 20 { _ = try tensor.floats() }
        _ = NetworkWeights.fits(file, .alexnet)
        _ = NetworkWeights.fits(file, .torchvision)
    }

    @Test(arguments: files)
    func cutOffAnywhere(_ name: String) throws {
        let bytes = try Golden.bytes(name)
        let places = Array(0..<64) + Array(stride(from: 64, to: bytes.count, by: max(1, bytes.count / 120)))
        for place in places {
            // Half a Caffe model may end between two layers; half a network it is then.
            let isWhole = (try? Self.read(Array(bytes[..<place]))) != nil
            if isWhole, !name.hasSuffix(".caffemodel"), !name.contains("tar") {
                Issue.record("\(name) cut at \(place) passes for whole")
            }
        }
        try Self.read(bytes)
    }

    @Test(arguments: files)
    func flippedAnywhere(_ name: String) throws {
        let bytes = try Golden.bytes(name)
        var random = SeededRandom(seed: 7)
        for _ in 0..<150 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                // The beginning says most.
                let end = Bool.random(using: &random) ? min(2000, bytes.count) : bytes.count
                damaged[.random(in: 0..<end, using: &random)] = .random(in: 0...255, using: &random)
            }
            do { try Self.read(damaged) } catch let error as WeightsError {
                #expect(error.code != .io)
            }
        }
    }

    /// A checksum for each byte of a zip: of its tensors, at least.
    @Test func aFlippedWeightIsNoticed() throws {
        var bytes = try Golden.bytes("torchvision-zip.pth")
        bytes[bytes.count / 2] ^= 1
        #expect(message { try Self.read(bytes) }.contains("checksum"))
    }

    // MARK: - Pickles

    /// A legacy stream around a pickle without its STOP.
    private func stream(_ pickle: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [
            0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
        ]
        bytes += [0x80, 2, 0x4d, 0xe9, 3, 0x2e] + [0x80, 2, 0x7d, 0x2e]
        return bytes + [0x80, 2] + pickle + [0x2e] + [0x80, 2, 0x5d, 0x2e]
    }

    private func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: [
        "posix\nsystem", "os\nsystem", "builtins\neval", "__builtin__\nexec", "subprocess\nPopen",
        "torch.hub\nload", "torchvision.models.alexnet\nAlexNet", "numpy.core.multiarray\n_reconstruct",
        "torch\nload", "torch\nLinearStorage",
    ])
    func refusesCodeByName(_ name: String) throws {
        let witness = try TemporaryFolder().path.appending("executed")
        let command = ascii("touch \(witness)")
        let pickle = ascii("c\(name)\n") + [0x58, UInt8(command.count), 0, 0, 0] + command + [0x85, 0x52]
        let text = message { try Self.read(stream(pickle)) }
        #expect(text.contains(name.replacing("\n", with: ".")) && text.contains("nothing was run"), "\(text)")
        #expect(!FileManager.default.fileExists(atPath: witness.string))
        // By the opcode of later protocols too.
        var names: [UInt8] = []
        for part in name.split(separator: "\n") {
            names += [0x8c, UInt8(part.utf8.count)] + Array(part.utf8)
        }
        #expect(message { try Self.read(stream(names + [0x93, 0x29, 0x52])) }.contains("nothing was run"))
    }

    /// (opcodes, words of the answer)
    @Test(
        arguments: [
            // INST, OBJ, EXT1, INT, PERSID, POP: opcodes that weights do not need.
            ([0x69], "opcode"), ([0x28, 0x6f], "opcode"), ([0x82, 1], "opcode"),
            ([0x49, 0x31, 0x0a], "opcode"),
            ([0x50, 0x61, 0x0a], "opcode"), ([0x4e, 0x30], "opcode"),
            // Values from an empty stack; below a mark; groups that were not begun; what was never said.
            ([0x52], "fewer"), ([0x4e, 0x28, 0x61], "fewer"), ([0x74], "did not begin"),
            ([0x68, 9], "recalls"),
            ([], "takes a value"), ([0x28], "takes a value"),
            // A text, a global and a number longer than the file.
            ([0x58, 0xff, 0xff, 0xff, 0xff], "text of"), ([0x58, 0xff, 0xff, 0, 0], "cut off"),
            ([0x63] + Array(repeating: 0x61, count: 300), "longer than"), ([0x8a, 200], "cut off"),
            // Items for None, a key without a value, a call of a number, attributes of a list, a protocol to come.
            ([0x4e, 0x4e, 0x61], "no container"), ([0x7d, 0x28, 0x4e, 0x75], "without a value"),
            ([0x4b, 1, 0x29, 0x52], "no function"), ([0x5d, 0x7d, 0x62], "attributes"),
            ([0x80, 9], "protocol 9"),
            // Nothing of weights: a number, an empty dictionary, one that holds itself, a list.
            ([0x4b, 1], "no state_dict"), ([0x7d], "no state_dict"),
            (
                [0x7d, 0x71, 0, 0x58, 5, 0, 0, 0, 0x6d, 0x6f, 0x64, 0x65, 0x6c, 0x68, 0, 0x73],
                "no state_dict"
            ),
        ] as [([UInt8], String)])
    func refusesPicklesThatAreNone(_ pickle: [UInt8], _ words: String) {
        let text = message { try Self.read(stream(pickle)) }
        #expect(text.contains(words), "\(text)")
    }

    /// Each pair holds the one before twice: 2^100,000 values, if anybody counted.
    @Test func laughsAtABillionLaughs() {
        var pickle: [UInt8] = [0x4e]
        for _ in 0..<100_000 { pickle += [0x71, 0, 0x68, 0, 0x86] }
        #expect(message { try Self.read(stream(pickle)) }.contains("no state_dict"))
    }

    /// An OrderedDict of the same pairs again and again would grow with the square of the file.
    @Test func countsWhatIsMade() {
        var pickle: [UInt8] = [0x5d, 0x28]
        for _ in 0..<3000 { pickle += [0x4e, 0x4e, 0x86] }
        pickle += [0x65, 0x71, 0] + Array("ccollections\nOrderedDict\n".utf8) + [0x71, 1]
        for _ in 0..<3000 { pickle += [0x68, 1, 0x68, 0, 0x85, 0x52] }
        #expect(message { try Self.read(stream(pickle)) }.contains("more than"))
    }

    @Test func nestingCostsNothing() {
        #expect(
            message {
                try Self.read(
                    stream(Array(repeating: 0x5d, count: 400_000) + Array(repeating: 0x61, count: 399_999)))
            }
            .contains("no state_dict"))
    }

    // MARK: - Tensors

    @Test(
        arguments: [
            (0, [2, 3], [3, 1], nil), (-1, [2, 3], [3, 1], "no tensor"), (1, [2, 3], [3, 1], "reaches out"),
            (0, [2, 3], [-3, 1], "no tensor"), (0, [2, -3], [3, 1], "no tensor"),
            (0, [2, 3], [4, 1], "reaches out"),
            (0, [3, 3], [3, 1], "has 9 values"), (0, [1 << 40, 1 << 40], [1, 1], "too large"),
            (0, [1000], [0], "has 1000 values"), (Int.max, [2], [1], "reaches out"),
            (0, [2], [Int.max], "reaches out"),
            (0, [3, 2], [Int.max, Int.max], "too large"), (0, [2], [3, 1], "no tensor"),
            (0, Array(repeating: 1, count: 40), Array(repeating: 1, count: 40), "no tensor"),
        ] as [(Int, [Int], [Int], String?)])
    func viewsStayInTheirStorage(_ offset: Int, _ shape: [Int], _ strides: [Int], _ words: String?) {
        let storage = TensorStorage(bytes: Bytes([UInt8](repeating: 0, count: 24)), type: .float32)
        let text = message { _ = try StoredTensor(storage, offset: offset, shape: shape, strides: strides) }
        #expect(text.contains(words ?? "nothing"), "\(text)")
    }

    @Test func bigEndianStreamsAreRefused() {
        // {"little_endian": False} in place of {}.
        let facts = [0x7d, 0x58, 13, 0, 0, 0] + ascii("little_endian") + [0x89, 0x73]
        let bytes = stream([0x7d])
        let place = 15 + 6 + 2
        let text = message { try Self.read(Array(bytes[..<place]) + facts + bytes[(place + 1)...]) }
        #expect(text.contains("big-endian"), "\(text)")
    }

    /// A dictionary with every key under which weights may lie, each of which holds itself.
    @Test func circlesAreLeft() {
        var pickle: [UInt8] = [0x7d, 0x71, 0, 0x28]
        for key in [
            "state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights", "params",
        ] {
            pickle += [0x58, UInt8(key.utf8.count), 0, 0, 0] + ascii(key) + [0x68, 0]
        }
        for _ in 0..<20_000 { pickle += [0x58, 1, 0, 0, 0, 0x61, 0x4e] }
        #expect(message { try Self.read(stream(pickle + [0x75])) }.contains("no state_dict"))
    }
}
