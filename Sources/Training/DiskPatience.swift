// A full disk is no reason to lose work: wait until there is room, and say so. Nor is one that fails once; but one that
// keeps failing ends the attempt, and a later one may find it mended.

internal import Checkpoints
internal import Foundation
internal import Jobs
internal import SystemPackage
internal import TensorBoard

enum DiskPatience {
    /// How often a device may fail in a row.
    private static let failures = 3

    /// Repeats `body` every two seconds while it fails for lack of space, and a few times when the device fails.
    /// - Parameters:
    ///   - say: called with the error's text before every pause, which also shows that somebody is there.
    ///   - body: begins anew with what it writes: after a failure the kernel may have dropped it.
    /// - Throws: `.stopped` once asked to stop; other errors of `body` as they are.
    static func waitOut<T>(_ stop: StopFlag, _ say: (String) -> Void, _ body: () throws -> T) throws -> T {
        var failed = 0
        while true {
            do {
                return try body()
            } catch  where isNoSpace(error) || isDeviceFailure(error) && failed < failures {
                if isDeviceFailure(error) { failed += 1 }
                say("\(error)")
                for _ in 0..<20 {
                    try stop.check()
                    Thread.sleep(forTimeInterval: 0.1)
                }
            }
        }
    }

    static func isNoSpace(_ error: any Error) -> Bool {
        switch error {
        case let error as Errno: [.noSpace, .diskQuotaExceeded].contains(error)
        case let error as JobError: error.cause.map(isNoSpace) ?? false
        case let error as CheckpointsError: error.code == .noSpace
        case let error as TensorBoardError: error.code == .noSpace
        default: false
        }
    }

    static func isDeviceFailure(_ error: any Error) -> Bool {
        let cause: (any Error)? =
            switch error {
            case let error as JobError: error.cause
            case let error as CheckpointsError: error.cause
            case let error as TensorBoardError: error.cause
            default: error
            }
        return cause as? Errno == .ioError
    }
}
