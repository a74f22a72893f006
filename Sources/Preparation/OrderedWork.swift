// Numbered pieces of work done by several threads, their results taken in order by one. No thread runs further ahead of
// whoever takes them than a window, so memory is bounded.

internal import Dispatch
internal import Foundation
internal import Synchronization

package final class OrderedWork<Output: Sendable>: Sendable {
    private struct State {
        /// The next that nobody has begun.
        var next = 0
        var done: [Int: Result<Output, any Error>] = [:]
        var isOver = false
    }

    private let count: Int
    private let state = Mutex(State())
    /// Pieces that may be begun.
    private let room = DispatchSemaphore(value: 0)
    /// Pieces that are done.
    private let ready = DispatchSemaphore(value: 0)

    /// - Parameter worker: makes what one thread needs, on that thread: it gets a number and gives the result.
    package init(
        count: Int, threads: Int, window: Int, worker: @escaping @Sendable () -> (Int) throws -> Output
    ) {
        self.count = count
        for _ in 0..<window { room.signal() }
        for _ in 0..<max(threads, 1) {
            let thread = Thread { [self] in
                let work = worker()
                while let index = claim() {
                    let result = Result { try work(index) }
                    state.withLock { $0.done[index] = result }
                    ready.signal()
                }
                // For the thread that still waits.
                room.signal()
            }
            thread.name = "prepare"
            thread.start()
        }
    }

    private func claim() -> Int? {
        room.wait()
        return state.withLock { state in
            guard !state.isOver, state.next < count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    /// Hands every result to `take`, in order; ends early where it, or the work, throws.
    /// - Parameter poll: called several times a second, also while nothing comes.
    package func forEach(_ take: (Output) throws -> Void, poll: () throws -> Void) throws {
        defer { end() }
        for index in 0..<count {
            var result: Result<Output, any Error>?
            while true {
                try poll()
                result = state.withLock { $0.done.removeValue(forKey: index) }
                if result != nil { break }
                _ = ready.wait(timeout: .now() + .milliseconds(100))
            }
            room.signal()
            if let result { try take(try result.get()) }
        }
    }

    /// Threads end with the piece they are at.
    private func end() {
        state.withLock { $0.isOver = true }
        room.signal()
    }
}
