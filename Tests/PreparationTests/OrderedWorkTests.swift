// Results in order whoever is faster, errors in their place, and nobody far ahead or left waiting.

import Foundation
import Preparation
import Synchronization
import Testing

@Suite struct OrderedWorkTests {
    private struct Refusal: Error, Equatable {
        let index: Int
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        var count: Int { value.withLock { $0 } }

        func add(_ difference: Int) { value.withLock { $0 += difference } }
    }

    @Test(arguments: [1, 2, 8], [1, 3, 64]) func resultsComeInOrder(threads: Int, window: Int) throws {
        // Later pieces are faster.
        let work = OrderedWork(count: 60, threads: threads, window: window) {
            { index in
                usleep(UInt32(60 - index) * 20)
                return index * index
            }
        }
        var results: [Int] = []
        try work.forEach({ results.append($0) }, poll: {})
        #expect(results == (0..<60).map { $0 * $0 })
    }

    @Test func nothingToDoIsDone() throws {
        let work = OrderedWork(count: 0, threads: 3, window: 2) { { index in index } }
        try work.forEach({ _ in Issue.record("there is nothing") }, poll: {})
    }

    /// The first of two, and only after what came before it.
    @Test(arguments: [1, 4]) func errorsComeInTheirPlace(threads: Int) {
        let work = OrderedWork(count: 100, threads: threads, window: 50) {
            { index in
                if index == 30 { usleep(20_000) }
                if index == 30 || index == 40 { throw Refusal(index: index) }
                return index
            }
        }
        var taken = 0
        let error = #expect(throws: Refusal.self) { try work.forEach({ _ in taken += 1 }, poll: {}) }
        #expect(error == Refusal(index: 30))
        #expect(taken == 30)
    }

    @Test func nobodyRunsFurtherAheadThanTheWindow() throws {
        let begun = Counter()
        let work = OrderedWork(count: 200, threads: 4, window: 5) {
            { index in
                begun.add(1)
                return index
            }
        }
        var taken = 0
        try work.forEach(
            { _ in
                taken += 1
                #expect(begun.count <= taken + 5)
            }, poll: {})
        #expect(taken == 200)
    }

    /// The threads end too, those that wait for room and those at work.
    @Test func stoppingEndsTheThreads() throws {
        for stopAt in [0, 1, 7] {
            let running = Counter()
            let work = OrderedWork(count: 1000, threads: 6, window: 4) {
                let alive = Alive(running)
                return { index in
                    withExtendedLifetime(alive) { index }
                }
            }
            var taken = 0
            #expect(throws: Refusal.self) {
                try work.forEach(
                    { _ in taken += 1 }, poll: { if taken >= stopAt { throw Refusal(index: taken) } })
            }
            let deadline = ContinuousClock.now + .seconds(60)
            while running.count > 0, ContinuousClock.now < deadline { usleep(1000) }
            #expect(running.count == 0, "what a thread holds goes when it ends")
        }
    }

    private final class Alive: Sendable {
        private let running: Counter

        init(_ running: Counter) {
            self.running = running
            running.add(1)
        }

        deinit { running.add(-1) }
    }
}
