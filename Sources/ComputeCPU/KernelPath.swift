// Which kernels the engine computes with: our own for one instruction set, or OpenBLAS throughout. The best that the CPU
// has is taken, unless ALEXNETD_KERNELS names one.

internal import CKernels
internal import Glibc

package enum KernelPath: String, Sendable, CaseIterable {
    case avx512, avx2
    /// Vectors that the compiler maps to whatever the CPU has.
    case portable
    /// im2col and OpenBLAS, for comparison; also what every path does with layers that its kernels do not serve.
    case reference

    static let variable = "ALEXNETD_KERNELS"

    /// Of this CPU, the best first.
    package static var available: [KernelPath] { allCases.filter { $0 == .reference || $0.kernels != nil } }

    /// - Throws: what the environment names is unknown or not available.
    package static func chosen() throws -> KernelPath {
        try chosen(getenv(variable).map { String(cString: $0) } ?? "")
    }

    /// - Parameter name: the best where it is empty.
    static func chosen(_ name: String) throws -> KernelPath {
        if name.isEmpty { return available[0] }
        let names = available.map(\.rawValue).joined(separator: ", ")
        guard let path = KernelPath(rawValue: name), available.contains(path) else {
            throw CPUError(
                code: .kernels,
                message: "\(variable) is \"\(name)\", but this CPU has \(names): set one of these, or nothing"
            )
        }
        return path
    }

    /// - Throws: no kernels of this path multiply bfloat16 on this CPU.
    func kernels(for precision: CPUPrecision) throws -> kernel_set? {
        guard precision == .bf16 else { return kernels }
        guard self == .avx512, let set = kernel_set_avx512_bf16()?.pointee else {
            throw CPUError(
                code: .kernels,
                message: """
                    precision bf16 needs a CPU with AVX512_BF16 (Zen 4, Cooper Lake, Sapphire Rapids or later)\
                    \(kernel_has_bf16() != 0 ? ", which \(Self.variable) keeps to \(rawValue)" : ""): write fp32 or auto
                    """)
        }
        return set
    }

    /// Nil for the reference path, and where the CPU lacks the instructions.
    var kernels: kernel_set? {
        switch self {
        case .avx512: kernel_set_avx512()?.pointee
        case .avx2: kernel_set_avx2()?.pointee
        case .portable: kernel_set_portable()?.pointee
        case .reference: nil
        }
    }
}
