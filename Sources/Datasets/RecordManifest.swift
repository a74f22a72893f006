// manifest.json, written last into prepared records: what they consist of. A folder without one is not prepared to its end.

internal import Crypto
internal import Files
internal import Foundation
package import SystemPackage

package struct RecordManifest: Codable, Hashable, Sendable {
    package struct File: Codable, Hashable, Sendable {
        package let name: String
        /// In bytes.
        package let size: Int64
        /// 64 hexadecimal digits, lower case.
        package let sha256: String

        package init(name: String, size: Int64, sha256: String) {
            (self.name, self.size, self.sha256) = (name, size, sha256)
        }

        package init(name: String, _ bytes: [UInt8]) {
            self.init(name: name, size: Int64(bytes.count), sha256: SHA256.hash(data: bytes).hexadecimal)
        }
    }

    package struct Split: Codable, Hashable, Sendable {
        /// Records in all shards.
        package let images: Int
        /// A CSV file: image, class, shard, offset, length.
        package let index: File
        /// In the order of their numbers, which count from 0.
        package let shards: [File]

        package init(images: Int, index: File, shards: [File]) {
            (self.images, self.index, self.shards) = (images, index, shards)
        }
    }

    package static let fileName = "manifest.json"
    /// Of the folder's layout. A program reads the formats it knows and refuses newer ones.
    package static let currentFormat = 1

    package let format: Int
    /// How it was asked for; the keys are those of the command line.
    package let settings: [String: String]
    package let classes: Int
    package let train: Split
    package let validation: Split
    package let test: Split?
    package let categories: File
    package let colors: File
    /// How many images had to be made what they are, by what was done.
    package let repaired: [String: Int]
    /// How many cannot be used.
    package let leftOut: Int

    package init(
        settings: [String: String], classes: Int, train: Split, validation: Split, test: Split?,
        categories: File,
        colors: File, repaired: [String: Int], leftOut: Int
    ) {
        format = Self.currentFormat
        (self.settings, self.classes) = (settings, classes)
        (self.train, self.validation, self.test) = (train, validation, test)
        (self.categories, self.colors) = (categories, colors)
        (self.repaired, self.leftOut) = (repaired, leftOut)
    }

    package subscript(split: Dataset.Split) -> Split? {
        switch split {
        case .train: train
        case .validation: validation
        case .test: test
        }
    }

    private enum CodingKeys: String, CodingKey {
        case format, settings, classes, train, validation, test, categories, colors, repaired
        case leftOut = "left_out"
    }

    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// - Throws: `DatasetsError` of code `badData` for bytes that are no manifest, `invalid` for one of a newer format.
    package init(_ bytes: [UInt8], _ path: FilePath) throws {
        struct Format: Decodable { let format: Int }
        do {
            let data = Data(bytes)
            let format = try JSONDecoder().decode(Format.self, from: data).format
            guard format == Self.currentFormat else {
                throw DatasetsError(
                    .invalid,
                    "\(path) is of format \(format), this program reads \(Self.currentFormat): use a newer one"
                )
            }
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch let error as DecodingError {
            throw DatasetsError(
                .badData,
                "\(path) is no manifest of prepared records, or a damaged one; restore it from a copy, or remove the "
                    + "folder and prepare the data set again", cause: error)
        }
    }
}
