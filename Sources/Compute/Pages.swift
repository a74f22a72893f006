// Memory that shares its pages with nothing else, so that a device may pin it.

internal import Glibc

enum Pages {
    /// To be given back by `deallocate`.
    static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        let page = Int(getpagesize())
        return .allocate(byteCount: max(1, (bytes + page - 1) / page) * page, alignment: page)
    }
}
