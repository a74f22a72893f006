// One open shared library. It is never closed: NVIDIA's libraries keep threads and exit handlers of their own.

internal import CCUDA
internal import Glibc

struct SharedLibrary {
    let handle: UnsafeMutableRawPointer
    /// Without links: where it truly lies.
    let path: String
    /// Where it was found.
    let place: LibrarySearch.Place

    var folder: String { String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)) }

    /// Reads the symbols of an open library into a table of C functions.
    /// - Parameter bind: of CCUDA; answers with the first name that the library lacks.
    /// - Throws: `unavailable`.
    func table<Table>(
        _ empty: Table,
        _ bind: (UnsafeMutableRawPointer?, UnsafeMutablePointer<Table>?) -> UnsafePointer<CChar>?
    ) throws(CUDAError) -> Table {
        var table = empty
        if let missing = bind(handle, &table) {
            throw CUDAError(
                .unavailable,
                "\(path) has no \(String(cString: missing)): it is too old, or not what its name says; install a newer one"
            )
        }
        return table
    }

    /// Opens `name` of `folder`, or of the loader's path.
    /// - Parameter symbol: that it must hold; it tells where the library lies.
    /// - Returns: nil with no reason where there is no such file.
    fileprivate static func open(
        _ name: String, in folder: String?, of place: LibrarySearch.Place, holding symbol: String
    ) -> (library: SharedLibrary?, reason: String?) {
        let file = folder.map { "\($0)/\(name)" } ?? name
        if folder != nil, access(file, F_OK) != 0 { return (nil, nil) }
        guard let handle = dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "\(file) cannot be loaded"
            return (nil, folder == nil && reason.hasPrefix("\(name): cannot open") ? nil : reason)
        }
        guard dlsym(handle, symbol) != nil else { return (nil, "\(file) has no \(symbol)") }
        let path = library_path(handle).map { String(cString: $0) } ?? file
        let real = realpath(path, nil)
        defer { free(real) }
        return (
            SharedLibrary(handle: handle, path: real.map { String(cString: $0) } ?? path, place: place), nil
        )
    }
}

extension LibrarySearch {
    /// The first library of this name that loads.
    /// - Parameters:
    ///   - place: is looked at first.
    ///   - symbol: that it must hold.
    /// - Returns: where there is none, what stood in the way; nil where there is no such file at all.
    func open(
        _ name: String, holding symbol: String, first place: Place? = nil
    ) -> (library: SharedLibrary?, reason: String?) {
        var reason: String?
        for place in (place.map { [$0] } ?? []) + places {
            for folder in place.folders.isEmpty ? [nil] : place.folders.map(Optional.some) {
                let attempt = SharedLibrary.open(name, in: folder, of: place, holding: symbol)
                if attempt.library != nil { return attempt }
                reason = reason ?? attempt.reason
            }
        }
        return (nil, reason)
    }
}
