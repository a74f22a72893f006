// A full disk is no reason to lose work: wait until there is room, and say so.

internal import Checkpoints
internal import Foundation
internal import TensorBoard

enum DiskPatience {
    /// Repeats `body` while it fails for lack of space, every two seconds.
    /// - Parameter say: called with the error's text each time.
    /// - Throws: `.stopped` once asked to stop; other errors of `body` as they are.
    static func waitOut(_ stop: StopFlag, _ say: (String) -> Void, _ body: () throws -> Void) throws {
        while true {
            do {
                return try body()
            } catch  where isNoSpace(error) {
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
        case let error as CheckpointsError: error.code == .noSpace
        case let error as TensorBoardError: error.code == .noSpace
        default: false
        }
    }
}
