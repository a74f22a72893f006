// All that a source holds: its classes, its images in order, and what of it cannot be used.

internal import Crypto
package import Datasets
internal import Files
internal import Glibc

package struct Listing: Sendable {
    /// An image that is left out, and why.
    package struct Omission: Codable, Hashable, Sendable {
        package let image: String
        package let reason: String

        package init(_ image: String, _ reason: String) { (self.image, self.reason) = (image, reason) }
    }

    package private(set) var categories: [Categories.Category]
    /// By class, then in ImageFolder's order: folders in byte order of their whole paths, files in byte order.
    package private(set) var images: [SourceImage]
    package let omissions: [Omission]
    package init(
        _ categories: [Categories.Category], _ images: [SourceImage], omissions: [Omission] = []
    ) {
        (self.categories, self.omissions) = (categories, omissions)
        let keys = images.map { Self.key($0.name) }
        let order = images.indices.sorted {
            if images[$0].label != images[$1].label { return images[$0].label < images[$1].label }
            let folders = strcmp(keys[$0].folder, keys[$1].folder)
            if folders != 0 { return folders < 0 }
            let files = strcmp(keys[$0].file, keys[$1].file)
            return files == 0 ? $0 < $1 : files < 0
        }
        self.images = order.map { images[$0] }
    }

    private static func key(_ name: String) -> (folder: String, file: String) {
        guard let slash = name.lastIndex(of: "/") else { return ("", name) }
        return (String(name[..<slash]), String(name[name.index(after: slash)...]))
    }

    /// Without some classes; the others move up.
    /// - Throws: `invalid` for a class that there is not.
    package mutating func leaveOut(_ classes: [String]) throws(PreparationError) {
        for name in classes {
            guard let label = categories.firstIndex(where: { $0.name == name }) else {
                throw PreparationError(
                    .invalid,
                    "there is no class \(name) to leave out; the classes are \(categories.prefix(10).map(\.name).joined(separator: ", "))"
                        + (categories.count > 10 ? " and \(categories.count - 10) more" : ""))
            }
            categories.remove(at: label)
            images.removeAll { $0.label == label }
            for index in images.indices where images[index].label > label { images[index].label -= 1 }
        }
    }

    /// Says which split each image is in, where the source does not.
    package mutating func assign(_ splits: [Dataset.Split]) {
        for index in images.indices { images[index].split = splits[index] }
    }

    /// SHA-256, in hexadecimal, of every class, image, place, size and split.
    package var fingerprint: String {
        var sha = SHA256()
        for category in categories { sha.update(data: Array("\(category.name)\0\(category.text)\n".utf8)) }
        var lines: [UInt8] = []
        for image in images {
            let split = image.split?.rawValue ?? ""
            lines += "\(image.name)\0\(image.label)\0\(split)\0\(image.size)\0\(image.place.text)\n".utf8
            if lines.count > 1 << 16 {
                sha.update(data: lines)
                lines.removeAll(keepingCapacity: true)
            }
        }
        sha.update(data: lines)
        return sha.finalize().hexadecimal
    }
}
