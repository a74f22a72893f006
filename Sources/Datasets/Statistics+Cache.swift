// Statistics kept between runs: one JSON file per data set, named by its fingerprint. A file that is torn, foreign or of
// another version is as good as none; it is computed again and replaced.

internal import Files
internal import Foundation
package import Images
package import SystemPackage

extension Statistics {
    private struct File: Codable {
        /// Of the format and of how images are decoded and resized.
        static let version = 2

        let version: Int
        let fingerprint: Fingerprint
        let sums: ColorSums
        let undecodableTrain: [Undecodable]
        let undecodableValidation: [Undecodable]
        /// Little-endian floats, in JSON as base 64; nil where the file does not say.
        let meanImage: Data?
    }

    /// The statistics of `dataset`: its own, or those in the cache, or else from a scan (see `scan`), then cached.
    ///
    /// - Parameters:
    ///   - fit: how images become the squares that are counted. Prepared records tell of scaled ones.
    ///   - withImage: whether the mean image is wanted too, which prepared records do not tell.
    ///   - notCached: told why they could not be stored; the next run computes them again.
    /// - Throws: as `scan`.
    package static func load(
        of dataset: Dataset, fit: SquareDecoder.Fit = .scaled, withImage: Bool = false, cache: FilePath,
        threads: Int,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
        shouldStop: () -> Bool = { false },
        notCached: (any Error) -> Void = { _ in }
    ) throws -> Statistics {
        let told = fit == .scaled ? dataset.statistics : nil
        if !withImage, let told { return told }
        let statistics: Statistics
        if let cached = cached(of: dataset, fit: fit, in: cache), !withImage || cached.meanImage != nil {
            statistics = cached
        } else {
            statistics = try scan(
                dataset, fit: fit, withImage: withImage, threads: threads, progress: progress,
                shouldStop: shouldStop)
            do { try statistics.store(of: dataset, fit: fit, in: cache) } catch { notCached(error) }
        }
        return told?.with(meanImage: statistics.meanImage) ?? statistics
    }

    /// nil if the cache has none that fits.
    package static func cached(
        of dataset: Dataset, fit: SquareDecoder.Fit = .scaled, in cache: FilePath
    ) -> Statistics? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let data = try? path(of: dataset, fit, in: cache).contentsIfPresent(),
            let file = try? decoder.decode(File.self, from: data),
            file.version == File.version, file.fingerprint == dataset.fingerprint, file.sums.isWhole,
            fits(file.undecodableTrain, dataset.train), fits(file.undecodableValidation, dataset.validation)
        else { return nil }
        let image = file.meanImage.map(floats)
        guard image.map(isSquare) ?? true else { return nil }
        return Statistics(
            sums: file.sums, undecodableTrain: file.undecodableTrain,
            undecodableValidation: file.undecodableValidation, meanImage: image)
    }

    /// Replaces the file as a whole; makes the folder where there is none.
    ///
    /// - Throws: `DatasetsError` of code `unwritable`.
    package func store(
        of dataset: Dataset, fit: SquareDecoder.Fit = .scaled, in cache: FilePath
    ) throws {
        let path = Self.path(of: dataset, fit, in: cache)
        let file = File(
            version: File.version, fingerprint: dataset.fingerprint, sums: sums,
            undecodableTrain: undecodableTrain,
            undecodableValidation: undecodableValidation,
            meanImage: meanImage.map { $0.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) } })
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            try cache.makeFolder()
            try path.replaceContents(
                with: try encoder.encode(file) + Data("\n".utf8), writers: .several, durable: false)
        } catch {
            throw DatasetsError(
                .unwritable, "cannot write \(path); make room, or make the folder writable", cause: error)
        }
    }

    private static func path(
        of dataset: Dataset, _ fit: SquareDecoder.Fit, in cache: FilePath
    ) -> FilePath {
        cache.appending("statistics-\(dataset.fingerprint.hash.prefix(16))\(fit == .cut ? "-cut" : "").json")
    }

    private static func floats(_ data: Data) -> [Float] {
        data.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map {
                Float(
                    bitPattern: UInt32(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
            }
        }
    }

    private static func isSquare(_ image: [Float]) -> Bool {
        image.count == Resize.bytesPerSquare && image.allSatisfy { (0...255).contains($0) }
    }

    private static func fits(_ undecodable: [Undecodable], _ samples: [Sample]) -> Bool {
        undecodable.allSatisfy { samples.indices.contains($0.index) && samples[$0.index].path == $0.path }
    }
}
