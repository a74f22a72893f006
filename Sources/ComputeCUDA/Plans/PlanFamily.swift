// What is common to cuDNN's and cuBLASLt's ways of computing one product: a library offers several, the fastest is
// measured once and pinned by name.

internal import CCUDA

/// One way, ready to run.
protocol LibraryPlan {
    associatedtype Choice: LosslessStringConvertible, Equatable
    /// Names it, for as long as library and device are the same.
    var choice: Choice { get }
    /// Bytes it needs while it runs, at a multiple of 256. Work on another stream needs its own.
    var workspace: Int { get }

    /// Enqueues it; the same bits for the same input. It may be captured, when it has run once.
    func run(_ operands: Operands, workspace: cuda_address, on stream: Stream) throws
}

/// All ways to compute one product with at most so much workspace.
protocol PlanFamily {
    associatedtype Plan: LibraryPlan
    /// Library, version, product, precision, limit of workspace: whatever decides which plans there are, and is not the
    /// device.
    var key: String { get }

    /// Best guess first.
    /// - Throws: `CUDAError` `.unavailable` where there is none.
    func candidates(atMost count: Int) throws -> [Plan]
    /// - Throws: `CUDAError` where the library does not offer it any more, or not to this purpose.
    func plan(_ choice: Plan.Choice) throws -> Plan
}
