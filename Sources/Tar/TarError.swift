// Why bytes are no tar archive that can be read. Whoever knows the file says its name, and what to do.

package enum TarError: Error, Hashable, CustomStringConvertible, Sendable {
    /// What is wrong, and where.
    case damaged(String)
    /// By gzip.
    case packed
    /// It does not begin with a header.
    case foreign
    /// There is no file in it.
    case empty

    package var description: String {
        switch self {
        case .damaged(let problem): "a damaged tar archive: \(problem)"
        case .packed: "packed by gzip"
        case .foreign: "no tar archive"
        case .empty: "a tar archive of no files"
        }
    }
}
