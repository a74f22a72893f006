// All of NVIDIA's libraries, found, opened and of versions that fit together. Opened when a job first asks for a GPU: a
// machine without any runs the rest of the program, and a job on the CPU pays nothing.

internal import CCUDA

package struct CUDALibraries {
    let driver: cuda_driver
    let nvrtc: CCUDA.nvrtc
    let blas: cublaslt
    let dnn: cudnn
    package let devices: DeviceList
    /// The driver, cuBLASLt, NVRTC and cuDNN: what a checkpoint's fingerprint holds.
    package let found: [FoundLibrary]

    /// - Throws: `unavailable` with one sentence that says what is missing and how to install it; `fault` where the driver
    ///   has failed.
    package static func load(_ search: LibrarySearch = LibrarySearch()) throws(CUDAError) -> CUDALibraries {
        let driver = try Loaded.driver(search)
        let devices = try DeviceList(driver.table)
        let toolkit = ToolkitLibraries(search, newest: driver.major)
        try refuseOldDriver(driver, toolkit, search)
        let (blas, compiler) = (try toolkit.blas.get(), try toolkit.compiler.get())
        let networks = try toolkit.networks.get()
        return CUDALibraries(
            driver: driver.table, nvrtc: compiler.table, blas: blas.table, dnn: networks.table,
            devices: devices,
            found: [driver.found, blas.found, compiler.found, networks.found])
    }

    /// - Throws: `unavailable` where there are libraries, but only such as the driver cannot run.
    static func refuseOldDriver(
        _ driver: Loaded<cuda_driver>, _ toolkit: ToolkitLibraries, _ search: LibrarySearch
    ) throws(CUDAError) {
        guard let oldest = ToolkitLibraries.majors.last, !toolkit.isComplete else { return }
        if driver.major < oldest {
            throw CUDAError(
                .unavailable,
                "the driver runs CUDA up to \(driver.found.version); CUDA \(oldest) is needed: upgrade the driver (525 or newer)"
            )
        }
        guard case .failure = toolkit.blas else { return }
        for major in ToolkitLibraries.majors where major > driver.major {
            let (newer, _) = search.open("libcublasLt.so.\(major)", holding: "cublasLtGetVersion")
            if let newer {
                throw CUDAError(
                    .unavailable,
                    "the driver runs CUDA up to \(driver.found.version), but \(newer.path) is of CUDA \(major): "
                        + "upgrade the driver (580 or newer), or pip install nvidia-cublas-cu12 nvidia-cuda-nvrtc-cu12 "
                        + "nvidia-cudnn-cu12")
            }
        }
    }
}
