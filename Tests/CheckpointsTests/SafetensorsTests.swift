// Safetensors files: what is written comes back, the bytes are the format's, and every way a file can lie is one error.

import Foundation
import SystemPackage
import TemporaryFolders
import Testing

@testable import Checkpoints

@Suite struct SafetensorsTests {
    let folder: TemporaryFolder
    let path: FilePath

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("a.safetensors")
    }

    private func read(_ name: String, _ file: SafetensorsFile) throws -> [Float] {
        let count = try #require(file.shape(of: name)).reduce(1, *)
        var values = [Float](repeating: -1, count: count)
        try values.withUnsafeMutableBufferPointer { try file.read(name, into: $0) }
        return values
    }

    @Test func roundTrip() throws {
        let values = (0..<24).map { Float($0) * 0.37 - 3 } + [.nan, .infinity, -0.0]
        let metadata = ["format": "pt", "a \"quoted\" \\ key\n": "Zürich \u{1} 🙂"]
        try values.withUnsafeBufferPointer { all in
            let tensors = [
                Tensor("z.weight", [2, 3, 4], UnsafeBufferPointer(rebasing: all[..<24])),
                Tensor("a.bias", [3], UnsafeBufferPointer(rebasing: all[24...])),
                Tensor("empty", [0, 5], UnsafeBufferPointer(rebasing: all[..<0])),
                Tensor("scalar", [], UnsafeBufferPointer(rebasing: all[5..<6])),
            ]
            try Safetensors.write(tensors, metadata: metadata, to: path)
        }
        let file = try SafetensorsFile(path)
        #expect(Set(file.names) == ["z.weight", "a.bias", "empty", "scalar"])
        #expect(file.metadata == metadata)
        #expect(file.shape(of: "z.weight") == [2, 3, 4])
        #expect(file.shape(of: "scalar") == [])
        #expect(file.shape(of: "nothing") == nil)
        #expect(try read("z.weight", file) == Array(values[..<24]))
        #expect(try read("a.bias", file).map(\.bitPattern) == values[24...].map(\.bitPattern))
        #expect(try read("scalar", file) == [values[5]])
        #expect(try read("empty", file).isEmpty)
        #expect(try folder.names() == ["a.safetensors"])
    }

    @Test func goldenBytes() throws {
        try [Float(1), -2].withUnsafeBufferPointer {
            try Safetensors.write([Tensor("w", [2], $0)], metadata: ["b": "2", "a": "1"], to: path)
        }
        let json =
            #"{"__metadata__":{"a":"1","b":"2"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"# + " "
        #expect(json.utf8.count == 88)
        #expect(
            try bytes(of: path)
                == [88, 0, 0, 0, 0, 0, 0, 0] + Array(json.utf8) + [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
    }

    @Test func halfPrecisionBecomesFloat() throws {
        try write(
            safetensors(
                #"{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"shape":[2],"dtype":"BF16","data_offsets":[4,8]}}"#,
                body: [0x00, 0x3e, 0x01, 0x00, 0xc0, 0x3f, 0x80, 0xff]), to: path)
        let file = try SafetensorsFile(path)
        #expect(file.names == ["h", "b"])
        #expect(try read("h", file) == [1.5, 0x1p-24])
        #expect(try read("b", file) == [1.5, -.infinity])
    }

    @Test func headerMayBePaddedAndSpaced() throws {
        try write(
            safetensors(
                " {\"a\"".dropFirst()
                    + " : {\"dtype\" :\"F32\",\t\"shape\": [ 1 ] , \"data_offsets\":[0,\n4]} }   "),
            to: path)
        #expect(try read("a", try SafetensorsFile(path)) == [0])
    }

    @Test func wrongRequests() throws {
        try write(safetensors(Self.plain), to: path)
        let file = try SafetensorsFile(path)
        var values: [Float] = [0, 0]
        let missing = #expect(throws: CheckpointsError.self) {
            try values.withUnsafeMutableBufferPointer { try file.read("b", into: $0) }
        }
        #expect(missing?.code == .mismatch)
        let wrongCount = #expect(throws: CheckpointsError.self) {
            try values.withUnsafeMutableBufferPointer { try file.read("a", into: $0) }
        }
        #expect(wrongCount?.code == .mismatch)
        let absent = #expect(throws: CheckpointsError.self) { try SafetensorsFile(folder.file("absent")) }
        #expect(absent?.code == .io)
        #expect(absent?.description.contains("absent") == true)
    }

    /// One float at offset 0.
    static let plain = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#

    /// A header with its length, and a body of zeros unless given.
    private func safetensors<S: StringProtocol>(_ header: S, body: [UInt8] = [0, 0, 0, 0]) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + body
    }

    private func error(_ bytes: [UInt8]) throws -> CheckpointsError? {
        try write(bytes, to: path)
        return #expect(throws: CheckpointsError.self) { try SafetensorsFile(path) }
    }

    struct Lie: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let header: String
        var body: [UInt8] = [0, 0, 0, 0]
        /// Must be in the message.
        let says: String
    }

    static let lies: [Lie] = [
        Lie(testDescription: "no object", header: "[]", says: "does not begin with {"),
        Lie(testDescription: "space before {", header: " " + plain, says: "does not begin with {"),
        Lie(testDescription: "empty header", header: "", says: "does not begin with {"),
        Lie(testDescription: "cut JSON", header: String(plain.dropLast()), says: "not JSON: a comma"),
        Lie(testDescription: "more after the end", header: plain + "x", says: "follows the end"),
        Lie(
            testDescription: "same name twice",
            header: #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"# + plain.dropFirst(),
            says: "twice"),
        Lie(
            testDescription: "same key twice",
            header: #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            says: "“dtype” is there twice"),
        Lie(
            testDescription: "metadata twice",
            header: #"{"__metadata__":{},"__metadata__":{},"# + plain.dropFirst(), says: "twice"),
        Lie(
            testDescription: "metadata key twice",
            header: #"{"__metadata__":{"k":"1","k":"2"},"# + plain.dropFirst(), says: "“k” is there twice"),
        Lie(
            testDescription: "metadata not text", header: #"{"__metadata__":{"k":1},"# + plain.dropFirst(),
            says: "is no text"),
        Lie(
            testDescription: "no dtype", header: #"{"a":{"shape":[1],"data_offsets":[0,4]}}"#,
            says: "needs dtype"),
        Lie(
            testDescription: "one offset", header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}}"#,
            says: "two data_offsets"),
        Lie(
            testDescription: "negative extent",
            header: #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
            says: "no whole number"),
        Lie(
            testDescription: "fraction", header: #"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#,
            says: "no whole number"),
        Lie(
            testDescription: "number beyond 64 bits",
            header: #"{"a":{"dtype":"F32","shape":[18446744073709551617],"data_offsets":[0,4]}}"#,
            says: "no whole number"),
        Lie(
            testDescription: "shape whose bytes overflow",
            header: #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, body: [],
            says: "too large"),
        Lie(
            testDescription: "shape needs other bytes",
            header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
            says: "needs 8 bytes and has 4"),
        Lie(
            testDescription: "hole at the beginning",
            header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
            body: .init(repeating: 0, count: 8),
            says: "where 0 is next"),
        Lie(
            testDescription: "overlap",
            header:
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            says: "where 4 is next"),
        Lie(
            testDescription: "end before begin",
            header:
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
            says: "needs 4 bytes and has 0"),
        Lie(
            testDescription: "file goes on", header: plain, body: .init(repeating: 0, count: 5),
            says: "the file at 5"),
        Lie(testDescription: "file ends early", header: plain, body: [0, 0, 0], says: "the file at 3"),
        Lie(testDescription: "name that does not end", header: #"{"a"#, says: "does not end"),
        Lie(testDescription: "control character", header: "{\"a\n\":{}}", says: "control character"),
        Lie(testDescription: "bad escape", header: #"{"\x":{}}"#, says: "escape"),
        Lie(testDescription: "half a surrogate pair", header: #"{"\ud83d":{}}"#, says: "half of a surrogate"),
        Lie(testDescription: "bad hexadecimal digits", header: #"{"\u00g0":{}}"#, says: "hexadecimal"),
    ]

    @Test(arguments: lies) func everyLieIsAnError(_ lie: Lie) throws {
        let error = try #require(try error(safetensors(lie.header, body: lie.body)))
        #expect(error.code == .damaged)
        #expect(error.message.contains(lie.says), "\(error.message)")
        #expect(error.message.contains(path.string))
    }

    @Test func unreadableTypeIsNamed() throws {
        let error = try error(
            safetensors(
                #"{"n":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#,
                body: .init(repeating: 0, count: 8)))
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("“n” holds F64") == true)
    }

    @Test func wholeNumbersArePassedOver() throws {
        let header =
            #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"n":{"dtype":"I64","shape":[],"data_offsets":[4,12]}}"#
        try Data(safetensors(header, body: .init(repeating: 0, count: 12))).write(
            to: URL(fileURLWithPath: path.string))
        let file = try SafetensorsFile(path)
        #expect(file.names == ["w"])
        #expect(file.shape(of: "n") == nil)
        let short = try error(safetensors(header, body: .init(repeating: 0, count: 11)))
        #expect(short?.code == .damaged, "their place is checked all the same")
    }

    @Test func headerLengthIsNotBelieved() throws {
        #expect(
            try error([255, 255, 255, 255, 255, 255, 255, 255])?.message.contains("longer than 100000000")
                == true)
        #expect(try error([9, 0, 0, 0, 0, 0, 0, 0, 123])?.message.contains("longer than the file") == true)
        #expect(try error([1, 2, 3])?.message.contains("too few") == true)
    }

    @Test func notUTF8() throws {
        var bytes = safetensors(Self.plain)
        bytes[10] = 0xff
        #expect(try error(bytes)?.message.contains("not UTF-8") == true)
    }

    @Test func truncatedAtEveryByte() throws {
        try [Float(1), 2, 3].withUnsafeBufferPointer {
            try Safetensors.write([Tensor("w", [3], $0)], metadata: ["k": "v"], to: path)
        }
        let whole = try bytes(of: path)
        for length in 0..<whole.count {
            let error = try error(Array(whole[..<length]))
            #expect(error?.code == .damaged, "cut to \(length) bytes")
        }
    }

    @Test func fullDeviceHasItsOwnCode() throws {
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let error = #expect(throws: CheckpointsError.self) {
            try CheckpointsError.naming("writing", "/dev/full") {
                let file = try FileDescriptor.open("/dev/full", .writeOnly)
                _ = try file.closeAfter { try file.writeAll([1, 2, 3]) }
            }
        }
        #expect(error?.code == .noSpace)
    }

    /// A link of that name could have another file written.
    @Test func nothingIsWrittenThroughALink() throws {
        try FileManager.default.createSymbolicLink(
            atPath: path.string, withDestinationPath: path.string + ".other")
        #expect(throws: CheckpointsError.self) { _ = try HashingFile(creating: path) }
        #expect(!FileManager.default.fileExists(atPath: path.string + ".other"))
    }
}
