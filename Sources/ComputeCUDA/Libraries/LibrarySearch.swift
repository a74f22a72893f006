// Where NVIDIA's libraries may lie, in the order in which they are looked for: the loader's own path, the toolkit's usual
// folders, and NVIDIA's Python wheels, which is how most machines get cuDNN. $ALEXNETD_CUDA_LIBRARIES replaces all of it.

internal import Foundation

package struct LibrarySearch: Sendable, Hashable {
    /// Folders whose libraries belong together; none for the loader's own path (LD_LIBRARY_PATH, ld.so.cache).
    struct Place: Sendable, Hashable {
        let folders: [String]

        static let loader = Place(folders: [])
    }

    static let variable = "ALEXNETD_CUDA_LIBRARIES"

    /// What came with one another is found together: a library is first looked for where its companion was.
    let places: [Place]
    /// Where all of it was looked for, for a person.
    let text: String

    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        if let folders = environment[Self.variable], !folders.isEmpty {
            places = [Place(folders: Self.list(folders))]
            text = "$\(Self.variable) (\(folders))"
            return
        }
        let homes = [environment["CUDA_HOME"], environment["CUDA_PATH"]].compactMap { $0 }
        let toolkits =
            (homes + ["/usr/local/cuda"] + Self.newestFirst("/usr/local/cuda-1[23]*")).map { $0 + "/lib64" }
        let conda = environment["CONDA_PREFIX"].map { [$0 + "/lib"] } ?? []
        let wheels = Self.pythonFolders(environment).map { site in
            Place(
                folders: ["cu13", "cublas", "cuda_nvrtc", "cudnn"].map { "\(site)/nvidia/\($0)/lib" })
        }
        places =
            [.loader] + (toolkits + conda).map { Place(folders: [$0]) }
            + wheels.filter { $0.folders.contains(where: FileManager.default.fileExists) }
        text = "the loader's path, CUDA's folders and NVIDIA's Python packages"
    }

    /// The folders of Python packages: of the active environment, of the Pythons in $PATH, of the system and the user.
    private static func pythonFolders(_ environment: [String: String]) -> [String] {
        let prefixes = [environment["VIRTUAL_ENV"], environment["CONDA_PREFIX"]].compactMap { $0 }
        let pythons = list(environment["PATH"] ?? "").filter {
            $0.hasSuffix("/bin") && FileManager.default.fileExists(atPath: $0 + "/python3")
        }
        let user = environment["HOME"].map { [$0 + "/.local"] } ?? []
        var seen: Set<String> = []
        return (prefixes + pythons.map { String($0.dropLast(4)) } + ["/usr/local", "/usr"] + user)
            .flatMap { newestFirst($0 + "/lib/python3*/*-packages") }
            .filter { seen.insert($0).inserted }
    }

    private static func list(_ folders: String) -> [String] {
        folders.split(separator: ":").map { $0.count > 1 && $0.hasSuffix("/") ? $0.dropLast() : $0 }
            .map(String.init)
    }

    /// What matches a pattern of the shell, python3.11 before python3.9.
    private static func newestFirst(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
            .sorted { $0.compare($1, options: .numeric) == .orderedDescending }
    }
}
