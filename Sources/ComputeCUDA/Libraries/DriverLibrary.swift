// NVIDIA's driver, opened and started. It comes with the kernel module, never with the toolkit, whose stub of the same
// name is refused here.

internal import CCUDA

extension Loaded where Table == cuda_driver {
    /// - Throws: `unavailable`, or `fault` where the driver itself has failed.
    static func driver(_ search: LibrarySearch) throws(CUDAError) -> Self {
        let name = "libcuda.so.1"
        let (library, reason) = search.open(name, holding: "cuInit")
        guard let library else {
            throw CUDAError(
                .unavailable,
                reason.map { "NVIDIA's driver cannot be loaded: \($0)" }
                    ?? "there is no NVIDIA driver (no \(name) in \(search.text)); install the driver, such as Debian's nvidia-driver"
            )
        }
        let driver = try library.table(cuda_driver(), cuda_driver_bind)
        try Device.check(driver, driver.`init`(0), "starting NVIDIA's driver (\(library.path))")
        var version: Int32 = 0
        try Device.check(driver, driver.driver_version(&version), "asking the driver for its version")
        return Loaded(
            table: driver,
            found: FoundLibrary(
                name: "driver", path: library.path,
                version: FoundLibrary.version(Int(version), major: 1000, minor: 10)),
            place: library.place)
    }

    /// The newest CUDA whose libraries it runs: 13 of 13.0.
    var major: Int { Int(found.version.prefix { $0 != "." }) ?? 0 }
}
