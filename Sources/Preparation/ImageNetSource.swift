// ILSVRC2012 as downloaded (image-net.org, or Kaggle's copy), told by its names wherever they lie:
//
//   ILSVRC2012_img_train.tar, a tar of class tars   or n01440764.tar …   or folders n01440764/*.JPEG
//   ILSVRC2012_img_val.tar                          or ILSVRC2012_val_00000001.JPEG …
//   and what the validation images show (ImageNetLabels)
//
// Classes are in the order of their synsets, as everybody counts them. Images of the test set show nobody knows what, and
// are passed over.

internal import Datasets
internal import SystemPackage
internal import Tar

enum ImageNetSource: Source {
    static let kind = "ILSVRC2012"

    private static let trainArchive = "ILSVRC2012_img_train.tar"
    private static let validationArchive = "ILSVRC2012_img_val.tar"

    static func listing(_ files: SourceFiles, _ options: SourceOptions) throws -> Listing? {
        let flat = files.images.filter { isValidation($0.name) && !isSynset($0.folders.last ?? "") }
        let archives = files.others.filter { name in
            let last = name.lastName
            return last == trainArchive || last == validationArchive
                || (last.hasSuffix(".tar") && isSynset(last.dropLast(4)))
        }
        guard !flat.isEmpty || !archives.isEmpty else { return nil }

        var training = files.images.compactMap { file -> (synset: String, file: SourceFiles.File)? in
            guard let folder = file.folders.last, isSynset(folder), !isValidation(file.name) else {
                return nil
            }
            return (String(folder), file)
        }
        var validation = flat
        for archive in archives {
            if archive.hasSuffix(validationArchive) {
                validation += try images(files, try files.entries(of: archive), in: archive)
            } else if archive.hasSuffix(trainArchive) {
                for entry in try files.entries(of: archive) {
                    let synset = entry.name.lastName.dropLast(4)
                    guard entry.name.hasSuffix(".tar"), isSynset(synset) else { continue }
                    training += try images(files, try files.entries(of: entry, in: archive), in: archive)
                        .map { (String(synset), $0) }
                }
            } else {
                let synset = String(archive.lastName.dropLast(4))
                training += try images(files, try files.entries(of: archive), in: archive).map {
                    (synset, $0)
                }
            }
        }
        return try listing(files, options, training, validation)
    }

    private static func listing(
        _ files: SourceFiles, _ options: SourceOptions,
        _ training: [(synset: String, file: SourceFiles.File)],
        _ validation: [SourceFiles.File]
    ) throws -> Listing {
        let synsets = Set(training.map(\.synset)).sorted()
        guard !synsets.isEmpty else {
            throw PreparationError(
                .invalid,
                "\(files.root) holds validation images of ILSVRC2012 and no training images: put \(trainArchive), the "
                    + "class tars or the class folders (n01440764 and so on) beside them")
        }
        let labels = Dictionary(uniqueKeysWithValues: zip(synsets, Int32(0)...))
        // Who unpacks an archive may keep it beside its folders: of two equal names the first counts, which is a folder's.
        var taken: Set<String> = []
        var images = training.compactMap { synset, file -> SourceImage? in
            let name = "train/\(synset)/\(file.name)"
            guard taken.insert(name).inserted else { return nil }
            // Without validation images, the training images are yet to be divided.
            return SourceImage(
                name: name, label: labels[synset] ?? 0, split: validation.isEmpty ? nil : .train,
                place: file.place, size: file.size)
        }
        let known = try ImageNetLabels(files, options, needed: !validation.isEmpty)
        var omissions: [Listing.Omission] = []
        for file in validation {
            let name = "val/\(file.name)"
            guard taken.insert(name).inserted else { continue }
            guard let number = number(file.name), let synset = known.synset(ofValidation: number) else {
                omissions.append(.init(name, "nothing says what it shows"))
                continue
            }
            guard let label = labels[synset] else {
                omissions.append(.init(name, "there are no training images of its class \(synset)"))
                continue
            }
            images.append(
                SourceImage(name: name, label: label, split: .validation, place: file.place, size: file.size))
        }
        guard validation.isEmpty || images.contains(where: { $0.split == .validation }) else {
            throw PreparationError(
                .invalid,
                "none of the \(validation.count) validation images in \(files.root) is of a class of the "
                    + "training images; are the labels those of these images?")
        }
        return Listing(
            synsets.map { .init(name: $0, text: known.texts[$0] ?? $0) }, images, omissions: omissions)
    }

    private static func images(
        _ files: SourceFiles, _ entries: [TarArchive.Entry], in archive: String
    ) throws -> [SourceFiles.File] {
        entries.filter { FolderListing.isImageName(String($0.name.lastName)) }.map {
            SourceFiles.File(
                path: String($0.name.lastName), place: .piece(archive, offset: $0.offset), size: $0.size)
        }
    }

    /// "n01440764".
    static func isSynset(_ name: some StringProtocol) -> Bool {
        name.utf8.count == 9 && name.utf8.first == UInt8(ascii: "n")
            && name.utf8.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func isValidation(_ name: Substring) -> Bool { name.hasPrefix("ILSVRC2012_val_") }

    /// 17 of "ILSVRC2012_val_00000017.JPEG".
    static func number(_ name: some StringProtocol) -> Int? {
        guard name.hasPrefix("ILSVRC2012_val_") else { return nil }
        return Int(name.dropFirst("ILSVRC2012_val_".count).prefix { $0.isNumber })
    }
}
