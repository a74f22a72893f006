// ILSVRC2012 in miniature, in the forms it is downloaded in: the same images, labels and names come of each.

import CZlib
import Datasets
import Foundation
import Images
import Preparation
import SystemPackage
import Testing

@Suite struct ImageNetSourceTests {
    /// Sorted, whereas the devkit counts them in another order.
    private static let synsets = ["n01440764", "n01443537", "n02119789"]
    private static let devkitIDs = [2, 3, 1]
    /// What validation images 1 to 4 show.
    private static let truth = [2, 0, 1, 2]
    private static let validationNames = (1...4).map { "ILSVRC2012_val_0000000\($0).JPEG" }

    private static func trainingNames(_ synset: String) -> [String] {
        ["\(synset)_10.JPEG", "\(synset)_9.JPEG"]
    }

    private func image(_ name: String) throws -> [UInt8] {
        try ImageTree.jpeg(name.utf8.reduce(0) { $0 + Int($1) })
    }

    private func tar(_ names: [String]) throws -> [UInt8] {
        var tar = Tar()
        for name in names { tar.add(name, try image(name)) }
        return tar.finished
    }

    private func classTars(_ tree: ImageTree) throws {
        for synset in Self.synsets { try tree.write(try tar(Self.trainingNames(synset)), "\(synset).tar") }
    }

    private func tarOfTars(_ tree: ImageTree) throws {
        var all = Tar()
        for synset in Self.synsets { all.add("\(synset).tar", try tar(Self.trainingNames(synset))) }
        try tree.write(all.finished, "ILSVRC2012_img_train.tar")
    }

    private func classFolders(_ tree: ImageTree) throws {
        for synset in Self.synsets {
            for name in Self.trainingNames(synset) {
                try tree.write(try image(name), "CLS-LOC/train/\(synset)/\(name)")
            }
        }
    }

    private func flatValidation(_ tree: ImageTree) throws {
        for name in Self.validationNames { try tree.write(try image(name), "CLS-LOC/val/\(name)") }
        try tree.write(try image("test"), "CLS-LOC/test/ILSVRC2012_test_00000001.JPEG")
    }

    private func validationTar(_ tree: ImageTree) throws {
        try tree.write(try tar(Self.validationNames), "ILSVRC2012_img_val.tar")
    }

    private var groundTruth: String { Self.truth.map { "\(Self.devkitIDs[$0])\n" }.joined() }

    private func devkitFiles(_ tree: ImageTree, packed: Bool = true) throws {
        try tree.write(groundTruth, "devkit/data/ILSVRC2012_validation_ground_truth.txt")
        try tree.write(meta(packed: packed), "devkit/data/meta.mat")
    }

    private func devkitArchive(_ tree: ImageTree) throws {
        var tar = Tar()
        tar.add("ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt", Array(groundTruth.utf8))
        tar.add("ILSVRC2012_devkit_t12/data/meta.mat", meta(packed: true))
        try tree.write(deflated(tar.finished, windowBits: 15 + 16), "ILSVRC2012_devkit_t12.tar.gz")
    }

    private func kaggle(_ tree: ImageTree) throws {
        let rows = zip(Self.validationNames, Self.truth).map {
            "\($0.dropLast(5)),\(Self.synsets[$1]) 85 1 499 272 \n"
        }
        try tree.write("ImageId,PredictionString\n" + rows.reversed().joined(), "LOC_val_solution.csv")
        try tree.write(
            Self.synsets.map { "\($0) words of \($0), and more\n" }.joined(), "LOC_synset_mapping.txt")
    }

    private func synsetPerLine(_ tree: ImageTree) throws {
        try tree.write(
            Self.truth.map { Self.synsets[$0] + "\n" }.joined(), "imagenet_2012_validation_synset_labels.txt")
    }

    private typealias Part = (ImageNetSourceTests) -> (ImageTree) throws -> Void

    @Test(arguments: 0..<7) func everyFormComesToTheSame(_ form: Int) throws {
        let forms: [[Part]] = [
            [Self.tarOfTars, Self.validationTar, Self.devkitArchive],
            [Self.classTars, Self.validationTar, { tests in { try tests.devkitFiles($0) } }],
            [Self.classTars, Self.flatValidation, { tests in { try tests.devkitFiles($0, packed: false) } }],
            [Self.classFolders, Self.flatValidation, Self.kaggle],
            [Self.classFolders, Self.validationTar, Self.synsetPerLine],
            [Self.tarOfTars, Self.flatValidation, Self.kaggle],
            [Self.classFolders, Self.flatValidation, Self.devkitArchive],
        ]
        let tree = try ImageTree()
        for part in forms[form] { try part(self)(tree) }
        #expect(try tree.kind() == "ILSVRC2012")
        let listing = try tree.listing()
        #expect(listing.categories.map(\.name) == Self.synsets)
        if form == 3 { #expect(listing.categories[0].text == "words of n01440764, and more") }
        if form == 0 { #expect(listing.categories[0].text == "tench, Tinca tinca") }
        let training = listing.images.filter { $0.split == .train }
        #expect(
            training.map(\.name)
                == Self.synsets.flatMap { synset in Self.trainingNames(synset).map { "train/\(synset)/\($0)" }
                })
        #expect(training.map(\.label) == [0, 0, 1, 1, 2, 2])
        let validation = listing.images.filter { $0.split == .validation }.sorted { $0.name < $1.name }
        #expect(validation.map(\.name) == Self.validationNames.map { "val/\($0)" })
        #expect(validation.map { Int($0.label) } == Self.truth)
        #expect(listing.omissions.isEmpty)

        // And the bytes are those of the images, wherever they lie.
        try tree.prepare()
        let rows = try Data(contentsOf: URL(filePath: tree.destination.appending("train.csv").string))
        #expect(String(decoding: rows, as: UTF8.self).split(separator: "\n").count == 7)
        let dataset = try Dataset.open(tree.destination)
        let (reader, decoder) = (SampleReader(dataset), JPEGDecoder())
        for sample in dataset.train {
            let name = sample.path.split(separator: "/").last.map(String.init) ?? ""
            let made = try decoder.image([UInt8](try reader.read(sample).bytes))
            let original = try decoder.image(try image(name))
            #expect(made.width == 42 && made.height == 32)
            // Their mean colours, nearly: nothing was mixed up.
            for channel in 0..<3 {
                #expect(abs(mean(made, channel) - mean(original, channel)) < 4, "\(name)")
            }
        }
    }

    private func mean(_ image: Image, _ channel: Int) -> Double {
        let values = stride(from: channel, to: image.pixels.count, by: 3).map { Double(image.pixels[$0]) }
        return values.reduce(0, +) / Double(values.count)
    }

    @Test func idsOfAnotherMappingAreTaken() throws {
        let tree = try ImageTree()
        try classFolders(tree)
        try flatValidation(tree)
        try tree.folder.write(Array(groundTruth.utf8), to: "truth")
        let labels = SourceOptions(labels: tree.folder.path.appending("truth"))
        let error = #expect(throws: PreparationError.self) { try tree.listing(labels) }
        #expect(
            error?.message.contains("line 1: 1 is an id of the devkit, whose meta.mat") == true,
            "\(error as Any)")
        let map = zip(Self.synsets, Self.devkitIDs).map { "\($0) \($1) kit_fox\n" }.joined()
        try tree.folder.write(Array(map.utf8), to: "map_clsloc.txt")
        var options = labels
        options.classes = tree.folder.path.appending("map_clsloc.txt")
        let validation = try tree.listing(options).images.filter { $0.split == .validation }
        #expect(validation.sorted { $0.name < $1.name }.map { Int($0.label) } == Self.truth)
    }

    /// Kept beside what was unpacked from them.
    @Test func archivesDoNotDoubleTheirFolders() throws {
        let tree = try ImageTree()
        for part in [tarOfTars, classTars, classFolders, flatValidation, validationTar, kaggle] {
            try part(tree)
        }
        let listing = try tree.listing()
        #expect(listing.images.count == 10)
        #expect(
            listing.images.allSatisfy {
                if case .file = $0.place { true } else { false }
            })
    }

    @Test func trainingImagesAloneAreDivided() throws {
        let tree = try ImageTree()
        try tarOfTars(tree)
        #expect(try tree.listing().images.allSatisfy { $0.split == nil })
    }

    @Test func whatIsMissingIsNamed() throws {
        let tree = try ImageTree()
        try flatValidation(tree)
        func refusal() -> String {
            let error = #expect(throws: PreparationError.self) { try tree.listing() }
            return error?.message ?? ""
        }
        #expect(refusal().contains("no training images: put ILSVRC2012_img_train.tar"))
        try classFolders(tree)
        #expect(refusal().contains("put ILSVRC2012_devkit_t12.tar.gz or LOC_val_solution.csv there"))
        try tree.write("n01440764\nn01440764\nwhat\n", "imagenet_2012_validation_synset_labels.txt")
        #expect(refusal().contains("line 3: “what” is neither a synset nor an id"))
        try tree.write("n01440764\n", "imagenet_2012_validation_synset_labels.txt")
        #expect(
            try tree.listing().omissions.map(\.image) == Self.validationNames.dropFirst().map { "val/\($0)" })
    }

    @Test func damagedArchivesAreNamed() throws {
        let tree = try ImageTree()
        try tarOfTars(tree)
        try devkitArchive(tree)
        try flatValidation(tree)
        for name in ["ILSVRC2012_img_train.tar", "ILSVRC2012_devkit_t12.tar.gz"] {
            let path = URL(filePath: tree.root.appending(name).string)
            let whole = try Data(contentsOf: path)
            try whole.prefix(whole.count / 2).write(to: path)
            let error = #expect(throws: PreparationError.self) { try tree.listing() }
            #expect(error?.message.contains(name) == true, "\(error as Any)")
            try whole.write(to: path)
        }
        // Any damage to the devkit: an error or an answer.
        let meta = [UInt8](meta(packed: false))
        for place in meta.indices where place % 3 == 0 {
            var bytes = meta
            bytes[place] = place % 2 == 0 ? 0xff : 0
            try tree.write(bytes, "meta.mat")
            do { _ = try tree.listing() } catch { #expect(error is PreparationError) }
        }
    }

    // MARK: - The devkit

    private func deflated(_ bytes: [UInt8], windowBits: Int32) -> [UInt8] {
        var stream = z_stream()
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + 1024)
        deflateInit2_(
            &stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                (stream.next_in, stream.avail_in) = (input.baseAddress, uInt(input.count))
                (stream.next_out, stream.avail_out) = (output.baseAddress, uInt(output.count))
                deflate(&stream, Z_FINISH)
                return output.count - Int(stream.avail_out)
            }
        }
        deflateEnd(&stream)
        return Array(output.prefix(count))
    }

    /// A MATLAB file of level 5, as scipy.io.savemat lays them out, with another variable before the one that counts.
    private func meta(packed: Bool) -> [UInt8] {
        func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        func element(_ type: Int, _ data: [UInt8]) -> [UInt8] {
            if (1...4).contains(data.count) {
                return word(data.count << 16 | type) + data + [UInt8](repeating: 0, count: 4 - data.count)
            }
            return word(type) + word(data.count) + data
                + [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
        }
        func matrix(_ kind: Int, _ dimensions: [Int], _ name: String, _ contents: [UInt8]) -> [UInt8] {
            element(
                14,
                element(6, word(kind) + word(0)) + element(5, dimensions.flatMap(word))
                    + element(1, Array(name.utf8)) + contents)
        }
        func text(_ text: String) -> [UInt8] {
            matrix(
                4, [1, text.utf16.count], "",
                element(4, text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }))
        }
        func number(_ value: Int) -> [UInt8] {
            // MATLAB stores a double in the smallest type that holds it; scipy does not.
            value == 1
                ? matrix(6, [1, 1], "", element(2, [UInt8(value)]))
                : matrix(
                    6, [1, 1], "",
                    element(
                        9, (0..<8).map { UInt8(truncatingIfNeeded: Double(value).bitPattern >> ($0 * 8)) }))
        }
        func padded(_ name: String) -> [UInt8] {
            Array(name.utf8) + [UInt8](repeating: 0, count: 32 - name.utf8.count)
        }
        let fields = ["ILSVRC2012_ID", "WNID", "words", "children"]
        let structs = zip(Self.devkitIDs, Self.synsets).flatMap { id, synset in
            number(id) + text(synset) + text(synset == "n01440764" ? "tench, Tinca tinca" : "other")
                + number(7)
        }
        let synsets = matrix(
            2, [3, 1], "synsets", element(5, word(32)) + element(1, fields.flatMap(padded)) + structs)
        let other = matrix(6, [1, 1], "version", element(9, [UInt8](repeating: 0, count: 8)))
        let header =
            Array("MATLAB 5.0 MAT-file".utf8) + [UInt8](repeating: 0x20, count: 105) + [0, 1, 0x49, 0x4d]
        guard packed else { return header + other + synsets }
        return header
            + [other, synsets].flatMap { variable -> [UInt8] in
                let packed = deflated(variable, windowBits: 15)
                return word(15) + word(packed.count) + packed
            }
    }
}
