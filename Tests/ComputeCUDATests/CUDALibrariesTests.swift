// Finding NVIDIA's libraries, and saying what is missing.

import Foundation
import Testing

@testable import ComputeCUDA

@Suite(.enabled(if: LibraryFolder.isPossible, "needs a C compiler")) struct CUDALibrariesTests {
    private func problem(_ folder: LibraryFolder) throws -> CUDAError {
        try #require(throws: CUDAError.self) { _ = try CUDALibraries.load(folder.search) }
    }

    @Test func everythingIsFoundWithItsVersionAndPlace() throws {
        let folder = try LibraryFolder()
        try folder.driver()
        try folder.everything(major: 13)
        let libraries = try CUDALibraries.load(folder.search)
        #expect(libraries.found.map(\.name) == ["driver", "cuBLASLt", "NVRTC", "cuDNN"])
        #expect(libraries.found.map(\.version) == ["13.0", "13.4.1", "13.2", "9.19.0"])
        for library in libraries.found { #expect(library.path.hasPrefix(folder.path.string)) }
        #expect(libraries.devices.all.map(\.capability) == [[9, 0], [9, 0]])
        #expect(libraries.devices.all[0].uuid == "GPU-41000000-0000-0000-0000-000000000000")
        #expect(libraries.devices.all[0].multiprocessors == 132)
    }

    @Test func withoutADriverThereIsOneSentence() throws {
        let error = try problem(LibraryFolder())
        #expect(error.code == .unavailable)
        #expect(error.message.contains("no NVIDIA driver"))
    }

    @Test(arguments: [
        (34, "stub"), (100, "no GPU is visible"), (802, "fabricmanager"), (803, "reboot"), (46, "exclusive"),
    ])
    func whatTheDriverSaysIsExplained(number: Int, words: String) throws {
        let folder = try LibraryFolder()
        try folder.driver(initialization: number)
        let error = try problem(folder)
        #expect(error.code == .unavailable)
        #expect(error.message.contains(words), "\(error)")
    }

    @Test func aDriverWithoutADeviceIsNoUse() throws {
        let folder = try LibraryFolder()
        try folder.driver(devices: [])
        #expect(try problem(folder).message.contains("sees no GPU"))
    }

    @Test(arguments: ["libcublasLt.so.13", "libnvrtc.so.13", "libcudnn.so.9"])
    func aMissingLibraryIsNamedWithWhatToInstall(name: String) throws {
        let folder = try LibraryFolder()
        try folder.driver()
        try folder.everything(major: 13)
        try folder.remove(name)
        let message = try problem(folder).message
        #expect(message.contains(name) && message.contains("pip install nvidia-"), "\(message)")
    }

    @Test func cudnn8IsTooOld() throws {
        let folder = try LibraryFolder()
        try folder.driver()
        try folder.everything(major: 13)
        try folder.remove("libcudnn.so.9")
        try folder.networks(for: 12, version: 8907, file: "libcudnn.so.8")
        #expect(try problem(folder).message.contains("cuDNN 8"))
    }

    @Test func cudnnOfAnotherCUDAIsRefused() throws {
        let folder = try LibraryFolder()
        try folder.driver()
        try folder.everything(major: 13)
        try folder.networks(for: 12)
        #expect(try problem(folder).message.contains("is for CUDA 12, but cuBLAS is of CUDA 13"))
    }

    @Test func anOldDriverTakesTheOlderLibraries() throws {
        let folder = try LibraryFolder()
        try folder.driver(version: 12080)
        try folder.blas(major: 13)
        try folder.compiler(major: 13)
        #expect(try problem(folder).message.contains("runs CUDA up to 12.8"))
        try folder.everything(major: 12)
        #expect(try CUDALibraries.load(folder.search).found[1].version == "12.4.1")
        let older = try LibraryFolder()
        try older.driver(version: 11080)
        #expect(try problem(older).message.contains("CUDA 12 is needed"))
    }

    @Test func anIncompleteCUDAGivesWayToACompleteOne() throws {
        let folder = try LibraryFolder()
        try folder.driver()
        try folder.blas(major: 13)
        try folder.everything(major: 12)
        #expect(
            try CUDALibraries.load(folder.search).found.map(\.version) == [
                "13.0", "12.4.1", "12.2", "9.19.0",
            ])
    }

    @Test func whatIsNoLibraryIsSaid() throws {
        let folder = try LibraryFolder()
        try folder.driver()
        try Data("no library".utf8).write(
            to: URL(fileURLWithPath: folder.path.appending("libcublasLt.so.13").string))
        #expect(try problem(folder).message.contains("cuBLAS cannot be loaded"))
    }

    /// NVIDIA's own, as their Python wheels bring them: they answer without a GPU.
    @Test(
        .enabled(if: ProcessInfo.processInfo.environment["ALEXNETD_NVIDIA_WHEELS"] != nil, "needs the wheels")
    )
    func theWheelsAreFound() throws {
        let wheels = try #require(ProcessInfo.processInfo.environment["ALEXNETD_NVIDIA_WHEELS"])
        let prefix = wheels.replacing(/\/lib\/python[^\/]*\/site-packages\/nvidia$/, with: "")
        let toolkit = ToolkitLibraries(LibrarySearch(environment: ["VIRTUAL_ENV": prefix]), newest: 13)
        #expect(toolkit.isComplete)
        #expect(try toolkit.networks.get().found.version.hasPrefix("9."))
        #expect(try toolkit.blas.get().found.path.hasPrefix(prefix))
    }
}

@Suite struct DeviceListTests {
    private static func device(_ index: Int, _ uuid: String) -> DeviceDescription {
        DeviceDescription(
            index: index, name: "GPU", uuid: uuid, memory: 1 << 34, capability: [9, 0], multiprocessors: 132)
    }

    private let list = DeviceList([device(0, "GPU-aa11"), device(1, "GPU-aa22"), device(2, "GPU-bb33")])

    @Test(arguments: [("cuda", 0), ("cuda:1", 1), ("GPU-bb", 2), ("GPU-AA22", 1)])
    func aWordChoosesADevice(word: String, index: Int) throws {
        #expect(try list.select(word).index == index)
    }

    @Test(arguments: [
        ("cuda:3", "no GPU"), ("GPU-aa", "any of 2"), ("GPU-cc", "no GPU"), ("cuda:x", "no GPU"),
    ])
    func whatFitsNoneOrManyIsRefused(word: String, says: String) throws {
        let error = try #require(throws: CUDAError.self) { _ = try list.select(word) }
        #expect(error.message.contains(says))
    }
}
