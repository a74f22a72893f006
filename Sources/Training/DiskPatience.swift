// A full disk is no reason to lose work: wait until there is room, and say so.

internal import Checkpoints
internal import Foundation
internal import Jobs
internal import SystemPackage
internal import TensorBoard

enum DiskPatience {
    /// Repeats `body` while it fails for lack of space, every two seconds.
    /// - Parameter say: called with the error's text at first, then once a minute.
    /// - Throws: `.stopped` once asked to stop; other errors of `body` as they are.
    static func waitOut<T>(_ stop: StopFlag, _ say: (String) -> Void, _ body: () throws -> T) throws -> T {
        var refusals = 0
        while true {
            do {
                return try body()
            } catch  where isNoSpace(error) {
                if refusals % 30 == 0 { say("\(error)") }
                refusals += 1
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
}
