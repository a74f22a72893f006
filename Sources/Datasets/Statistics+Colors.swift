// rgb.json in prepared records: the colours of the training images, for every program that wants to know them, and the
// sums they come from, so that reading them back is exact.

internal import Foundation
internal import SystemPackage

extension Statistics {
    /// All on the 0–255 scale, over the training images' 256 × 256 squares.
    private struct Colors: Codable {
        let mean: [Double]
        let deviation: [Double]
        /// Rows of red, green and blue.
        let covariance: [[Double]]
        /// Variances along the eigenvectors, the largest first.
        let eigenvalues: [Double]
        /// Unit vectors.
        let eigenvectors: [[Double]]
        let sums: ColorSums
    }

    /// Of a data set all of whose images decode.
    package init(_ sums: ColorSums) { self.init(sums: sums, undecodableTrain: [], undecodableValidation: []) }

    package func encodedColors() throws -> [UInt8] {
        func array(_ vector: SIMD3<Double>) -> [Double] { (0..<3).map { vector[$0] } }
        let colors = Colors(
            mean: array(mean), deviation: array(deviation), covariance: covariance.map(array),
            eigenvalues: array(axes.deviations * axes.deviations), eigenvectors: axes.vectors.map(array),
            sums: sums)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return [UInt8](try encoder.encode(colors)) + [UInt8(ascii: "\n")]
    }

    /// - Throws: `DatasetsError` of code `badData`.
    init(colors bytes: [UInt8], _ path: FilePath) throws {
        do {
            let sums = try JSONDecoder().decode(Colors.self, from: Data(bytes)).sums
            guard sums.isWhole else { throw CocoaError(.coderReadCorrupt) }
            self.init(sums)
        } catch {
            throw DatasetsError(
                .badData,
                "\(path) does not hold a data set's colours; restore it from a copy, or remove the folder and prepare "
                    + "the data set again", cause: error)
        }
    }
}
