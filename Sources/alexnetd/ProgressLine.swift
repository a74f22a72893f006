// How far a command has come, on the last line of a terminal; nowhere else.

import Foundation
import Glibc

final class ProgressLine {
    private let isShown = isatty(STDERR_FILENO) == 1
    private var drawn = ContinuousClock.now - .seconds(1)

    /// Ten times a second at most.
    func show(_ done: Int, of all: Int) {
        guard isShown, ContinuousClock.now - drawn > .milliseconds(100) else { return }
        drawn = .now
        write("\r\(done) of \(all) images\u{1B}[K")
    }

    func clear() { if isShown { write("\r\u{1B}[K") } }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
