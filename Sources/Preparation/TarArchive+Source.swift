// Archives as a source of images: what is wrong with one, said with its name and what to do.

package import Tar

extension TarArchive {
    /// - Parameter name: for messages.
    /// - Throws: `PreparationError.invalid`; what `read` throws.
    package static func entries(_ name: String, size: Int64, read: Read) throws -> [Entry] {
        do {
            return try entries(size: size, read: read)
        } catch let error as TarError {
            let problem =
                switch error {
                case .damaged(let problem): "is damaged or no tar archive: \(problem); fetch it anew"
                case .packed: "is packed by gzip; unpack it first (gunzip)"
                case .foreign: "is no folder and no tar archive of images"
                case .empty: "holds no file, or is no tar archive; fetch it anew"
                }
            throw PreparationError(.invalid, "\(name) \(problem)")
        }
    }
}
