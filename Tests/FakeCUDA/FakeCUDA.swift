// A GPU for machines that have none: NVIDIA's libraries, replaced by ones that compute on the CPU (device/). They
// are compiled once for all tests, into the folder of the build, and again when a source is newer.
//
// Environment: FAKE_CUDA_DEVICES, FAKE_CUDA_MEMORY, FAKE_CUDA_CAPABILITY (device/context.cpp), FAKE_CUDA_FAIL
// (device/faults.h).

import Foundation
import SystemPackage

package enum FakeCUDA {
    /// Whether there is a C++ compiler, which the libraries and the kernels need.
    package static let isPossible = compiler != nil

    /// The folder with libcuda.so.1, libnvrtc.so.13, libcublasLt.so.13 and libcudnn.so.9, for
    /// ALEXNETD_CUDA_LIBRARIES.
    package static func folder() throws -> FilePath { try built.get() }

    private static let compiler: String? = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return (path.split(separator: ":") + ["/usr/bin", "/usr/local/bin"]).map { $0 + "/clang++" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    private static let names = ["libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13", "libcudnn.so.9"]

    private static let built = Result<FilePath, any Error> {
        guard let compiler else { throw Failure("no clang++ in PATH") }
        let files = FileManager.default
        let program = try files.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = FilePath(program).removingLastComponent().appending("FakeCUDA")
        try files.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        // Test processes that start together wait for the first.
        let lock = try FileDescriptor.open(
            folder.appending("lock"), .readWrite, options: [.create, .closeOnExec],
            permissions: [.ownerReadWrite])
        defer { try? lock.close() }
        guard flock(lock.rawValue, LOCK_EX) == 0 else { throw Failure("cannot lock \(folder)") }
        try FakeBuild(compiler: compiler, folder: folder).run()
        for name in names where !files.fileExists(atPath: folder.appending(name).string) {
            try files.createSymbolicLink(
                atPath: folder.appending(name).string, withDestinationPath: "libfakecuda.so")
        }
        return folder
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
        init(_ description: String) { self.description = description }
    }
}
