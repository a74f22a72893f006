// Archives that are no state_dict of PyTorch, or not what they say, made entry by entry.

import Foundation
import SystemPackage
import TemporaryFolders
import Testing

@testable import Networks
@testable import Weights

@Suite struct ZipArchiveTests {
    let folder = try! TemporaryFolder()

    private func archive(_ entries: [(String, [UInt8])]) throws -> [UInt8] {
        let path = folder.path.appending("a.zip")
        let file = try OutputFile(path, replacing: true)
        var zip = ZipWriter(file)
        for (name, bytes) in entries { try zip.add(name, bytes) }
        try zip.finish()
        try file.finish()
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path.string)))
    }

    /// Of one tensor, of two floats.
    private var pickle: [UInt8] {
        PickleWriter.stateDictionary([Parameter(name: "a", shape: [2], role: .bias, layer: 0)])
    }

    private func refusal(_ entries: [(String, [UInt8])]) -> String {
        message { _ = try TensorFile(Bytes(try archive(entries))) }
    }

    @Test func anyTopFolderWillDo() throws {
        let floats: [UInt8] = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]
        for top in ["archive", "a/b", "ünï 7"] {
            let bytes = try archive([("\(top)/data/0", floats), ("\(top)/data.pkl", pickle)])
            #expect(try TensorFile(Bytes(bytes)).tensors[0].floats() == [1, -2])
        }
    }

    @Test func saysWhatElseAnArchiveIs() {
        #expect(refusal([("word/document.xml", [1])]).contains("without PyTorch's data.pkl"))
        #expect(
            refusal([("a/data.pkl", pickle), ("b/data.pkl", pickle)]).contains("without PyTorch's data.pkl"))
        #expect(refusal([("a/data.pkl", pickle), ("a/constants.pkl", [])]).contains("TorchScript"))
        #expect(refusal([("a/data.pkl", pickle), ("a/byteorder", Array("big".utf8))]).contains("big-endian"))
    }

    @Test func storagesAreOfTheirSize() {
        #expect(refusal([("a/data.pkl", pickle)]).contains("tensor \"a\": its storage 0 is missing"))
        for size in [0, 4, 12] {
            let text = refusal([("a/data.pkl", pickle), ("a/data/0", Array(repeating: 0, count: size))])
            #expect(text.contains("its storage 0 of 2 Float has \(size) bytes"), "\(text)")
        }
    }

    @Test func compressedEntriesAreRefused() throws {
        var bytes = try archive([("a/data.pkl", pickle)])
        let directory = try #require(bytes.ranges(of: [0x50, 0x4b, 1, 2]).last).lowerBound
        bytes[directory + 10] = 8
        #expect(message { _ = try TensorFile(Bytes(bytes)) }.contains("compressed"))
    }

    /// As zip bombs do it: one entry lies in the bytes of another.
    @Test func entriesShareNoByte() throws {
        let plain = try archive([("b", [7])])
        // The local header of b without padding, its name and its byte.
        let inner = Array(plain[..<28]) + [0, 0] + Array("b".utf8) + [7]
        var bytes = try archive([("a", inner), ("b", [7])])
        let directory = try #require(bytes.ranges(of: [0x50, 0x4b, 1, 2]).last).lowerBound
        let place = try #require(bytes.firstRange(of: inner)).lowerBound
        for byte in 0..<4 { bytes[directory + 42 + byte] = UInt8(truncatingIfNeeded: place >> (8 * byte)) }
        #expect(message { _ = try ZipArchive(Bytes(bytes)) }.contains("b overlaps another"))
        // Of another name than the directory's.
        let start = try #require(bytes.firstRange(of: Array("b".utf8) + [7])).lowerBound
        bytes[start] = UInt8(ascii: "c")
        #expect(message { _ = try ZipArchive(Bytes(bytes)) }.contains("another name"))
    }

    @Test func namesDiffer() throws {
        #expect(
            message { _ = try ZipArchive(Bytes(try archive([("a", [1]), ("a", [2])]))) }.contains("twice"))
    }
}
