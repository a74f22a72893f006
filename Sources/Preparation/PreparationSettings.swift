// How records are to be made. The same settings and the same source give the same bytes, whatever the threads and
// however often it was interrupted.

package import SystemPackage

package struct PreparationSettings: Hashable, Sendable {
    package enum Format: String, Sendable, CaseIterable {
        case jpeg
        /// The 256 × 256 pixels that training makes of the image, bare.
        case raw
    }

    package var format = Format.jpeg
    /// Of the shorter side, in pixels.
    package var size = 256
    /// Keep only the square in the middle.
    package var crop = false
    /// Of JPEG, 1...100 as libjpeg counts.
    package var quality = 95
    /// The share of each class that is for validation, where the source does not say.
    package var validation = 0.2
    /// Of that choice and of the order in the shards.
    package var seed: UInt64 = 1
    /// Of the training images; nil for as many as make files of about 150 MB.
    package var shards: Int?
    package var leaveOut: [String] = []
    package var source = SourceOptions()

    package init() {}

    /// Sizes that a shorter side may have: AlexNet sees 227 pixels, and 4096 are more than any network does.
    package static let sizes = 32...4096

    /// - Throws: `PreparationError.invalid` where they contradict one another.
    package func check() throws(PreparationError) {
        func refuse(_ problem: String) throws(PreparationError) { throw PreparationError(.invalid, problem) }
        if !Self.sizes.contains(size) {
            try refuse("--size is \(Self.sizes.lowerBound) to \(Self.sizes.upperBound)")
        }
        if format == .raw, size != 256 {
            try refuse(
                "raw records are the 256 × 256 pixels that training sees; leave --size out, or take --format jpeg"
            )
        }
        if !(1...100).contains(quality) { try refuse("--quality is 1 to 100") }
        if !(0.001...0.999).contains(validation) {
            try refuse("--validation is the share of the images that are not trained on, for example 0.2")
        }
        if let shards, !(1...99_999).contains(shards) { try refuse("--shards is 1 to 99999") }
    }

    /// All that decides what is made, as the command line names it.
    package func values(_ source: FilePath, _ listing: Listing) -> [String: String] {
        var values = [
            "source": "\(source)", "format": format.rawValue, "seed": "\(seed)",
            "validation": "\(validation)",
            "leave-out": leaveOut.joined(separator: ", "), "shards": shards.map { "\($0)" } ?? "auto",
            "labels": self.source.labels.map { "\($0)" } ?? "",
            "classes": self.source.classes.map { "\($0)" } ?? "",
            Self.listingKey: listing.fingerprint,
        ]
        if format == .jpeg {
            values["size"] = "\(size)"
            values["crop"] = "\(crop)"
            values["quality"] = "\(quality)"
        }
        return values.filter { !$0.value.isEmpty }
    }

    static let listingKey = "listing"

    /// How two sets of values differ, a phrase for each; the source's own contents last.
    static func differences(_ before: [String: String], _ now: [String: String]) -> [String] {
        let keys = Set(before.keys).union(now.keys).filter { before[$0] != now[$0] }.sorted()
        var phrases = keys.filter { $0 != listingKey }.map {
            "\($0): \(before[$0] ?? "none") before, \(now[$0] ?? "none") now"
        }
        if keys == [listingKey] { phrases.append("the files in it have changed since") }
        return phrases
    }
}
