// What is told of a library that was looked for.

package struct FoundLibrary: Sendable, Hashable {
    /// As NVIDIA calls it.
    package let name: String
    /// Where it truly lies.
    package let path: String
    package let version: String

    /// From a number such as 130401, or 13000 where minor versions count from ten.
    static func version(_ number: Int, major: Int, minor: Int, patch: Int? = nil) -> String {
        let parts = [number / major, number % major / minor] + (patch.map { [number % minor / $0] } ?? [])
        return parts.map(String.init).joined(separator: ".")
    }
}

/// A library's functions, and where they are from.
struct Loaded<Table> {
    let table: Table
    let found: FoundLibrary
    let place: LibrarySearch.Place
}
