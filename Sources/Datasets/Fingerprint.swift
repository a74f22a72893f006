// What a data set is known by: its classes, counts, and a hash of every image's name and size. Contents are not read, so
// it costs a listing only; an edit that keeps a file's size is not noticed. Of records, whose checksums are known, the
// hash is of these too. Test images take no part.

internal import Crypto
internal import Files

package struct Fingerprint: Codable, Hashable, Sendable {
    package let classes: [String]
    package let trainCount: Int
    package let validationCount: Int
    /// SHA-256, in hexadecimal, of "path NUL size NEWLINE" of every sample in order, then of every shard.
    package let hash: String

    /// - Parameter shards: the checksums of the files that hold them, where they are records.
    init(classes: [String], train: [Sample], validation: [Sample], shards: [String] = []) {
        self.classes = classes
        (trainCount, validationCount) = (train.count, validation.count)
        var sha = SHA256()
        var lines: [UInt8] = []
        for samples in [train, validation] {
            for sample in samples {
                lines += sample.path.utf8
                lines.append(0)
                lines += String(sample.size).utf8
                lines.append(UInt8(ascii: "\n"))
                if lines.count > 1 << 16 {
                    sha.update(data: lines)
                    lines.removeAll(keepingCapacity: true)
                }
            }
        }
        for shard in shards { lines += "\(shard)\n".utf8 }
        sha.update(data: lines)
        hash = sha.finalize().hexadecimal
    }

    /// How `newer` differs, as a phrase for people; nil if it does not.
    package func difference(to newer: Fingerprint) -> String? {
        if self == newer { return nil }
        let gone = Set(classes).subtracting(newer.classes).sorted()
        let added = Set(newer.classes).subtracting(classes).sorted()
        var parts: [String] = []
        if !gone.isEmpty { parts.append("classes gone: \(gone.prefix(5).joined(separator: ", "))") }
        if !added.isEmpty { parts.append("new classes: \(added.prefix(5).joined(separator: ", "))") }
        if trainCount != newer.trainCount {
            parts.append("\(trainCount) training images before, \(newer.trainCount) now")
        }
        if validationCount != newer.validationCount {
            parts.append("\(validationCount) validation images before, \(newer.validationCount) now")
        }
        return parts.isEmpty ? "some files have other names or sizes" : parts.joined(separator: "; ")
    }
}
