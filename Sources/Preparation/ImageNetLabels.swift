// What ILSVRC2012's validation images show, in whichever of these forms it is there (or named by --labels):
//
//   ILSVRC2012_devkit_t12.tar.gz, or its ILSVRC2012_validation_ground_truth.txt and meta.mat: ids of the devkit
//   LOC_val_solution.csv, Kaggle's: ImageId, "n03995372 85 1 499 272"
//   a text with a synset per line, image by image
//
// and what the classes are called. The devkit's ids are not the classes' order: meta.mat maps them to synsets; so does a
// text with an id and a synset on each line (--classes).

internal import CSV
internal import Foundation
internal import SystemPackage
internal import Tar

struct ImageNetLabels {
    /// Of validation image 1, 2, …
    private var synsets: [Int: String] = [:]
    /// What a synset is called, for people.
    private(set) var texts: [String: String] = [:]

    private static let devkit = "ILSVRC2012_devkit_t12.tar.gz"
    private static let truth = "ILSVRC2012_validation_ground_truth.txt"
    private static let meta = "meta.mat"
    private static let texts = ["LOC_synset_mapping.txt", "synset_words.txt"]
    private static let solution = "LOC_val_solution.csv"
    private static let perLine = ["imagenet_2012_validation_synset_labels.txt", "val_synsets.txt"]

    /// The largest devkit, unpacked, in bytes.
    private static let mostUnpacked = 64 << 20

    func synset(ofValidation number: Int) -> String? { synsets[number] }

    /// - Parameter needed: whether there are validation images.
    init(_ files: SourceFiles, _ options: SourceOptions, needed: Bool) throws {
        let devkit = try Self.devkitFiles(files)
        func content(_ names: [String]) throws -> (name: String, bytes: [UInt8])? {
            for name in names {
                if let path = files.others.first(where: { $0.lastName == name }) {
                    return (path, try files.contents(FilePath(path)))
                }
                if let bytes = devkit[name] { return (name, bytes) }
            }
            return nil
        }
        var mapping: [Int: String] = [:]
        if let meta = try content([Self.meta]) {
            for synset in try MATFile.synsets(meta.name, meta.bytes) {
                (mapping[synset.id], texts[synset.name]) = (synset.name, synset.words)
            }
        }
        if let named = options.classes {
            for (id, synset) in try Self.pairs("\(named)", try files.contents(named)) {
                mapping[id] = synset
            }
        }
        if let words = try content(Self.texts) {
            for line in Self.lines(words.bytes) {
                let parts = line.split(separator: " ", maxSplits: 1)
                if parts.count == 2 { texts[String(parts[0])] = String(parts[1]) }
            }
        }
        guard needed else { return }
        let found: (name: String, bytes: [UInt8])? =
            if let labels = options.labels {
                ("\(labels)", try files.contents(labels))
            } else {
                try content([Self.solution] + Self.perLine + [Self.truth])
            }
        guard let found else {
            throw PreparationError(
                .invalid,
                "nothing in \(files.root) says what the validation images show: put \(Self.devkit) or \(Self.solution) "
                    + "there, or name a file with --labels")
        }
        try take(found.name, found.bytes, mapping)
    }

    /// The labels, whichever form they have.
    private mutating func take(_ name: String, _ bytes: [UInt8], _ mapping: [Int: String]) throws {
        func refused(_ line: Int, _ problem: String) -> PreparationError {
            PreparationError(.invalid, "\(name), line \(line): \(problem)")
        }
        if bytes.starts(with: Array("ImageId".utf8)) {
            var csv = CSVReader(bytes)
            do {
                _ = try csv.next()
                while let row = try csv.next() {
                    let synset = row.fields.dropFirst().first?.split(separator: " ").first ?? ""
                    guard let number = ImageNetSource.number(row.fields[0]), ImageNetSource.isSynset(synset)
                    else {
                        throw refused(row.line, "an image of the validation set and its synset are expected")
                    }
                    synsets[number] = String(synset)
                }
            } catch let error as CSVError {
                throw refused(error.line, error.problem)
            }
            return
        }
        for (index, line) in Self.lines(bytes).enumerated() {
            if ImageNetSource.isSynset(line) {
                synsets[index + 1] = line
            } else if let id = Int(line) {
                guard let synset = mapping[id] else {
                    throw refused(
                        index + 1,
                        mapping.isEmpty
                            ? "\(id) is an id of the devkit, whose \(Self.meta) says which synset that is; put it beside, "
                                + "or name a text of ids and synsets with --classes"
                            : "there is no synset of id \(id)")
                }
                synsets[index + 1] = synset
            } else {
                throw refused(index + 1, "“\(line.prefix(40))” is neither a synset nor an id")
            }
        }
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// Lines that hold a number and a synset, in either order: "n02119789 1 kit_fox".
    private static func pairs(_ name: String, _ bytes: [UInt8]) throws -> [(Int, String)] {
        try lines(bytes).enumerated().map { index, line in
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "," }
            guard let id = words.lazy.compactMap({ Int($0) }).first,
                let synset = words.first(where: { ImageNetSource.isSynset($0) })
            else {
                throw PreparationError(
                    .invalid, "\(name), line \(index + 1): an id and a synset are expected")
            }
            return (id, String(synset))
        }
    }

    /// What the packed devkit holds, by last names.
    private static func devkitFiles(_ files: SourceFiles) throws -> [String: [UInt8]] {
        guard let path = files.others.first(where: { $0.hasSuffix(devkit) }) else { return [:] }
        let tar = try Inflation.unpacked(path, try files.contents(FilePath(path)), most: mostUnpacked)
        let entries = try TarArchive.entries(path, size: Int64(tar.count)) { offset, count in
            Array(tar[Int(offset)..<min(Int(offset) + count, tar.count)])
        }
        return Dictionary(
            entries.filter { $0.name.hasSuffix(meta) || $0.name.hasSuffix(truth) }.map { entry in
                let start = Int(entry.offset)
                return (String(entry.name.lastName), Array(tar[start..<start + Int(entry.size)]))
            }, uniquingKeysWith: { first, _ in first })
    }
}
