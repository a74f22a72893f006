// Kernel sources to code for one GPU, by NVRTC, or out of a cache. Code for exactly this GPU, no PTX: that the driver
// would have to compile again, and an older driver refuses.

internal import CCUDA
internal import Crypto
internal import Files

struct KernelCompiler {
    private let nvrtc: CCUDA.nvrtc
    private let version: (major: Int32, minor: Int32)
    private let cache: BinaryCache?

    struct Compiled {
        let binary: [UInt8]
        /// Warnings; empty where there is nothing to say.
        let log: String
    }

    init(_ nvrtc: CCUDA.nvrtc, cache: BinaryCache?) throws {
        (self.nvrtc, self.cache) = (nvrtc, cache)
        var version: (major: Int32, minor: Int32) = (0, 0)
        let result = nvrtc.version(&version.major, &version.minor)
        guard result == 0 else {
            throw CUDAError(
                .unavailable, "asking NVRTC for its version: \(Self.words(nvrtc, result))")
        }
        self.version = version
    }

    private func words(_ result: Int32) -> String { Self.words(nvrtc, result) }

    private static func words(_ nvrtc: CCUDA.nvrtc, _ result: Int32) -> String {
        nvrtc.error_string(result).map { String(cString: $0) } ?? "NVRTC error \(result)"
    }

    /// - Parameter definitions: "NAME=value".
    /// - Throws: `refused` with the compiler's words; `unavailable` where this GPU is too new for NVRTC or the driver.
    func module(_ source: KernelSource, _ definitions: [String], on device: Device) throws -> KernelModule {
        let options = Self.options(definitions, for: device.description.capability)
        let key = key(source, options)
        if let cache, let binary = cache.binary(key) {
            if let module = try KernelModule(device, binary, source.file) { return module }
            cache.remove(key)
        }
        let binary = try compile(source, options).binary
        guard let module = try KernelModule(device, binary, source.file) else {
            throw CUDAError(
                .unavailable,
                "the driver does not take what NVRTC \(version.major).\(version.minor) makes of \(source.file) for "
                    + "\(device.description.name): upgrade the driver, or install an NVRTC that is not newer than it"
            )
        }
        cache?.keep(binary, key)
        return module
    }

    static func options(_ definitions: [String], for capability: SIMD2<Int>) -> [String] {
        [
            "--gpu-architecture=sm_\(capability.x)\(capability.y)", "-std=c++17", "-default-device",
            "-lineinfo", "--fmad=true",
        ] + definitions.map { "-D\($0)" }
    }

    /// All that the code depends on.
    private func key(_ source: KernelSource, _ options: [String]) -> String {
        let all = ["NVRTC \(version.major).\(version.minor)"] + options + [source.text]
        return SHA256.hash(data: Array(all.joined(separator: "\n").utf8)).hexadecimal
    }

    func compile(_ source: KernelSource, _ options: [String]) throws -> Compiled {
        var program: nvrtc_program?
        try check(nvrtc.create(&program, source.text, source.file, 0, nil, nil), source)
        defer { _ = nvrtc.destroy(&program) }
        let result = Self.withStrings(options) { nvrtc.compile(program, Int32(options.count), $0) }
        let log = String(decoding: text(program).prefix { $0 != 0 }, as: UTF8.self)
        guard result == 0 else {
            let said = words(result)
            // Of an architecture that it does not know it says so in its error, not in the program's log.
            let isTooOld = log.isEmpty || log.contains("gpu-architecture")
            throw CUDAError(
                isTooOld ? .unavailable : .refused,
                "NVRTC \(version.major).\(version.minor) does not compile \(source.file) (\(options.joined(separator: " "))): \(said)"
                    + (isTooOld ? "; install a newer NVRTC" : "\n\(log)"))
        }
        var count = 0
        try check(nvrtc.binary_size(program, &count), source)
        var binary = [UInt8](repeating: 0, count: count)
        let copied = binary.withUnsafeMutableBytes {
            nvrtc.binary(program, $0.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        try check(copied, source)
        return Compiled(binary: binary, log: log)
    }

    private func text(_ program: nvrtc_program?) -> [UInt8] {
        var count = 0
        guard nvrtc.log_size(program, &count) == 0, count > 0 else { return [] }
        var text = [UInt8](repeating: 0, count: count)
        let result = text.withUnsafeMutableBytes {
            nvrtc.log(program, $0.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        return result == 0 ? text : []
    }

    private func check(_ result: Int32, _ source: KernelSource) throws {
        guard result != 0 else { return }
        throw CUDAError(.refused, "compiling \(source.file): \(words(result))")
    }

    private static func withStrings<T>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> T
    ) -> T {
        let bytes = strings.map { Array($0.utf8CString) }
        let all = bytes.flatMap { $0 }
        return all.withUnsafeBufferPointer { all in
            var place = 0
            let pointers = bytes.map { text in
                defer { place += text.count }
                return all.baseAddress?.advanced(by: place)
            }
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}
