// The ring between decoder threads and the trainer: batches allocated at start go from free to filling to the consumer
// and back. Knows nothing of images: it hands out slots to fill, in order, and batches when all their slots are filled.
//
// 1. A batch is filled by the threads that hold its slots, each its own slot; the thread with slot 0 also fills labels and
//    draws. It is delivered only when no slot is out.
// 2. Batches are delivered in order. An error is delivered in its batch's place, the one of the lowest slot, and then ends
//    the pass: which error the consumer sees does not depend on the threads.
// 3. `begin` and `close` return only when no slot is out.

internal import Compute
internal import Datasets
internal import Foundation

final class BatchRing: @unchecked Sendable {  // everything mutable is touched only under `condition`
    /// One run through a split.
    struct Pass: Sendable {
        let split: Dataset.Split
        let epoch: Int
        /// Sample indices in the order of this pass.
        let order: [Int32]
        let batchSize: Int

        var batches: Int { (order.count + batchSize - 1) / batchSize }

        func samples(of batch: Int) -> Range<Int> {
            batch * batchSize..<min((batch + 1) * batchSize, order.count)
        }
    }

    /// A slot to fill.
    struct Work: Sendable {
        let pass: Pass
        let batch: Batch
        /// Places in the pass's order that the batch holds.
        let places: Range<Int>
        let slot: Int
        /// The sample's square is in the cache.
        let isCached: Bool

        var sample: Int { Int(pass.order[places.lowerBound + slot]) }
    }

    private struct Filling {
        let batch: Batch
        let places: Range<Int>
        var nextSlot = 0
        var slotsDone = 0
        var failure: (slot: Int, error: any Error)?

        var isFull: Bool { slotsDone == places.count }
    }

    private let condition = NSCondition()
    private let cache: PixelCache
    private var isKept: [Bool]
    private var free: [Batch]
    private var filling: [Filling] = []
    private var pass: Pass?
    private var nextBatch = 0
    private var slotsOut = 0
    private var threads = 0
    private var isClosed = false
    private var waited = 0.0

    init(batches: Int, capacity: Int, cache: PixelCache) {
        self.cache = cache
        isKept = Array(repeating: false, count: cache.count)
        free = (0..<batches).map { _ in Batch(capacity: capacity) }
    }

    private func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
        condition.lock()
        defer { condition.unlock() }
        return try body()
    }

    // MARK: The decoder threads' side

    func threadBegins() { locked { threads += 1 } }

    func threadEnds() {
        locked {
            threads -= 1
            condition.broadcast()
        }
    }

    /// The next slot to fill; waits until there is one. nil when the ring is closed.
    func take() -> Work? {
        locked {
            while !isClosed {
                if let work = nextWork() { return work }
                condition.wait()
            }
            return nil
        }
    }

    private func nextWork() -> Work? {
        guard let pass else { return nil }
        if filling.last.map({ $0.nextSlot == $0.places.count }) ?? true {
            guard nextBatch < pass.batches, !filling.contains(where: { $0.failure != nil }),
                let batch = free.popLast()
            else { return nil }
            let places = pass.samples(of: nextBatch)
            batch.count = places.count
            filling.append(Filling(batch: batch, places: places))
            nextBatch += 1
        }
        let current = filling.count - 1
        let slot = filling[current].nextSlot
        filling[current].nextSlot += 1
        slotsOut += 1
        let places = filling[current].places
        let sample = Int(pass.order[places.lowerBound + slot])
        return Work(
            pass: pass, batch: filling[current].batch, places: places, slot: slot,
            isCached: cache.slot(of: sample, in: pass.split).map { isKept[$0] } ?? false)
    }

    /// Gives a slot back, filled or failed.
    func finish(_ work: Work, error: (any Error)? = nil) {
        locked {
            slotsOut -= 1
            if error == nil, let slot = cache.slot(of: work.sample, in: work.pass.split) {
                isKept[slot] = true
            }
            if let index = filling.firstIndex(where: { $0.batch === work.batch }) {
                filling[index].slotsDone += 1
                if let error, work.slot < filling[index].failure?.slot ?? .max {
                    filling[index].failure = (work.slot, error)
                }
            }
            // Nobody waits for less than a batch, but whoever has abandoned the pass.
            let isAbandoned = pass == nil && slotsOut == 0
            if isAbandoned || filling.first?.isFull == true { condition.broadcast() }
        }
    }

    // MARK: The consumer's side

    /// Seconds that `next` has waited for, since the start.
    var waitSeconds: Double { locked { waited } }

    /// Drops what is being filled and starts on `pass` at batch `first`.
    func begin(_ pass: Pass, from first: Int) {
        locked {
            abandon()
            self.pass = pass
            nextBatch = first
            condition.broadcast()
        }
    }

    /// The next batch in order; nil at the pass's end.
    func next() throws -> Batch? {
        try locked {
            guard let pass, !isClosed else {
                throw InputPipelineError(.closed, "the loader is closed, or no pass was begun")
            }
            if filling.isEmpty && nextBatch == pass.batches { return nil }
            precondition(!filling.isEmpty || !free.isEmpty, "every batch is out: recycle one before the next")
            if filling.first?.isFull != true {
                let start = ContinuousClock.now
                while filling.first?.isFull != true { condition.wait() }
                waited += (ContinuousClock.now - start) / .seconds(1)
            }
            if let failure = filling[0].failure { throw failure.error }
            return filling.removeFirst().batch
        }
    }

    func recycle(_ batch: Batch) {
        locked {
            free.append(batch)
            condition.broadcast()
        }
    }

    /// Returns when every thread has ended.
    func close() {
        locked {
            isClosed = true
            abandon()
            condition.broadcast()
            while threads > 0 { condition.wait() }
        }
    }

    private func abandon() {
        pass = nil
        while slotsOut > 0 { condition.wait() }
        free += filling.map(\.batch)
        filling.removeAll()
    }
}
