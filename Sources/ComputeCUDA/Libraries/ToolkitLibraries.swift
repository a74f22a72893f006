// cuBLASLt, the run-time compiler and cuDNN, all of one CUDA: mixed ones load and then fail in the middle of a job. Each is
// a result of its own, so that a report can tell all that is missing at once.
//
// The order matters. cuDNN 9.19 aborts the process where cuBLASLt is not loaded before its first plan; and it opens its
// parts by name, so all of its own folder are opened first, lest it take a part of another version from elsewhere.

internal import CCUDA
internal import Foundation

struct ToolkitLibraries {
    let blas: Result<Loaded<cublaslt>, CUDAError>
    let compiler: Result<Loaded<nvrtc>, CUDAError>
    let networks: Result<Loaded<cudnn>, CUDAError>

    /// CUDA's versions that we know, the better one first.
    static let majors = [13, 12]

    /// The first of the versions that is complete, or else the one of which the most is there.
    /// - Parameter newest: CUDA that the driver can run.
    init(_ search: LibrarySearch, newest: Int) {
        let majors = Self.majors.filter { $0 <= newest }
        var best: Self?
        for major in majors.isEmpty ? Self.majors.suffix(1) : majors {
            let candidate = Self(search, major: major)
            if candidate.isComplete {
                self = candidate
                return
            }
            if candidate.present > best?.present ?? -1 { best = candidate }
        }
        self = best!
    }

    private init(_ search: LibrarySearch, major: Int) {
        let blas = Result { () throws(CUDAError) in try Self.blas(search, major) }
        let place = try? blas.get().place
        self.blas = blas
        compiler = Result { () throws(CUDAError) in try Self.compiler(search, major, first: place) }
        networks = Result { () throws(CUDAError) in try Self.networks(search, major, first: place) }
    }

    var isComplete: Bool { present == 3 }

    private var present: Int {
        var count = 0
        if case .success = blas { count += 1 }
        if case .success = compiler { count += 1 }
        if case .success = networks { count += 1 }
        return count
    }

    // MARK: - Each

    private static func blas(_ search: LibrarySearch, _ major: Int) throws(CUDAError) -> Loaded<cublaslt> {
        let library = try open("libcublasLt.so.\(major)", "cublasLtGetVersion", "cuBLAS", search, major)
        let blas = try library.table(cublaslt(), cublaslt_bind)
        return Loaded(
            table: blas,
            found: FoundLibrary(
                name: "cuBLASLt", path: library.path,
                version: FoundLibrary.version(blas.version(), major: 10000, minor: 100, patch: 1)),
            place: library.place)
    }

    private static func compiler(
        _ search: LibrarySearch, _ major: Int, first place: LibrarySearch.Place?
    ) throws(CUDAError) -> Loaded<nvrtc> {
        let library = try open("libnvrtc.so.\(major)", "nvrtcVersion", "NVRTC", search, major, first: place)
        let compiler = try library.table(nvrtc(), nvrtc_bind)
        var version: (major: Int32, minor: Int32) = (0, 0)
        _ = compiler.version(&version.major, &version.minor)
        return Loaded(
            table: compiler,
            found: FoundLibrary(
                name: "NVRTC", path: library.path, version: "\(version.major).\(version.minor)"),
            place: library.place)
    }

    private static func networks(
        _ search: LibrarySearch, _ major: Int, first place: LibrarySearch.Place?
    ) throws(CUDAError) -> Loaded<cudnn> {
        let name = "libcudnn.so.9"
        if search.open(name, holding: "cudnnGetVersion", first: place).library == nil,
            let old = search.open("libcudnn.so.8", holding: "cudnnGetVersion").library
        {
            throw CUDAError(.unavailable, "cuDNN 8 (\(old.path)) is too old; \(install("cuDNN 9", major))")
        }
        let library = try open(name, "cudnnGetVersion", "cuDNN 9", search, major, first: place)
        let parts = (try? FileManager.default.contentsOfDirectory(atPath: library.folder)) ?? []
        for part in parts.sorted() where part.hasPrefix("libcudnn_") && part.hasSuffix(".so.9") {
            // Best effort: not every version has the same parts, and not all of them are used.
            _ = dlopen("\(library.folder)/\(part)", RTLD_NOW | RTLD_GLOBAL)
        }
        let networks = try library.table(cudnn(), cudnn_bind)
        let version = FoundLibrary.version(networks.version(), major: 10000, minor: 100, patch: 1)
        guard version.hasPrefix("9.") else {
            throw CUDAError(
                .unavailable,
                "\(library.path) is cuDNN \(version), which this program does not know; \(install("cuDNN 9", major))"
            )
        }
        let built = networks.runtime_version() / 1000
        guard built == major else {
            throw CUDAError(
                .unavailable,
                "cuDNN \(version) (\(library.path)) is for CUDA \(built), but cuBLAS is of CUDA \(major); \(install("cuDNN 9", major))"
            )
        }
        return Loaded(
            table: networks, found: FoundLibrary(name: "cuDNN", path: library.path, version: version),
            place: library.place)
    }

    private static func open(
        _ name: String, _ symbol: String, _ title: String, _ search: LibrarySearch, _ major: Int,
        first place: LibrarySearch.Place? = nil
    ) throws(CUDAError) -> SharedLibrary {
        let (library, reason) = search.open(name, holding: symbol, first: place)
        if let library { return library }
        if let reason { throw CUDAError(.unavailable, "\(title) cannot be loaded: \(reason)") }
        throw CUDAError(
            .unavailable, "\(title) is missing (no \(name) in \(search.text)); \(install(title, major))")
    }

    /// What to do about a missing library of some CUDA.
    private static func install(_ title: String, _ major: Int) -> String {
        let suffix = major == 12 ? "-cu12" : ""
        let (wheel, package) =
            switch title {
            case "cuBLAS": ("nvidia-cublas\(suffix)", "libcublas-\(major)-*")
            case "NVRTC": ("nvidia-cuda-nvrtc\(suffix)", "cuda-nvrtc-\(major)-*")
            default: ("nvidia-cudnn-cu\(major)", "libcudnn9-cuda-\(major)")
            }
        return "pip install \(wheel), or NVIDIA's package \(package)"
    }
}
