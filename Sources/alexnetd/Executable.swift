// This program as a file, and starting it again.

import ComputeCPU
import Foundation
import Glibc

enum Executable {
    static let path = "/proc/self/exe"

    /// What libraries must find in the environment when they are loaded. GPUs count as nvidia-smi has them.
    static var environment: [String: String] {
        var wanted = BLAS.environment
        if getenv("CUDA_DEVICE_ORDER") == nil { wanted["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID" }
        return wanted
    }

    /// OpenBLAS reads its environment when it is loaded, before any code of ours. Where it needs to find something
    /// there, sets it and becomes this program again, once. The daemon's workers have it from the start.
    static func becomeReadyForBLAS() throws {
        let wanted = environment
        guard !wanted.isEmpty, getenv("ALEXNETD_EXEC") == nil else { return }
        for (name, value) in wanted { setenv(name, value, 1) }
        setenv("ALEXNETD_EXEC", "1", 1)
        var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        // By its name, which is what ps(1) shows.
        let name = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? path
        execv(name, &arguments)
        // Going on with the slower kernels is better than not going on.
        unsetenv("ALEXNETD_EXEC")
    }
}
