// The fake GPU: its libraries as the program finds them, and its first device.

import FakeCUDA

@testable import ComputeCUDA

struct FakeLibraries {
    let libraries: CUDALibraries
    let device: Device

    init() throws {
        libraries = try CUDALibraries.load(
            LibrarySearch(environment: ["ALEXNETD_CUDA_LIBRARIES": FakeCUDA.folder().string]))
        device = try Device(libraries.driver, libraries.devices.all[0])
    }
}
