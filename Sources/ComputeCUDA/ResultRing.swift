// What steps come to, on its way to the host: written by the device into pinned memory, and read when somebody asks.

internal import CCUDA
internal import Compute

final class ResultRing {
    private struct Place {
        let pinned: PinnedMemory
        let statistics: PinnedMemory
        let arrived: Event
    }

    /// As many steps may be on their way at a time. Two keep the device busy; more would only let the host run ahead.
    private static let depth = 3

    private let places: [Place]
    /// Of the places in use, oldest first: which, how many images, and what reads the statistics once they are there.
    private var underWay: [(place: Int, count: Int, statistics: (() -> StepStatistics)?)] = []
    private var next = 0
    private var finished: [BatchResult] = []

    /// - Parameter statisticsBytes: for what is said of a step beside its loss.
    init(_ device: Device, capacity: Int, statisticsBytes: Int) throws {
        places = try (0..<Self.depth).map { _ in
            Place(
                pinned: try PinnedMemory(
                    device, bytes: capacity * MemoryLayout<device_result>.stride, for: "results"),
                statistics: try PinnedMemory(device, bytes: statisticsBytes, for: "statistics"),
                arrived: try Event(device))
        }
    }

    /// Where the results of the images from `first` on go, in the place of the step that is begun next.
    /// Waits for the oldest step when all places are taken.
    func destination(first: Int) throws -> UnsafeMutableRawPointer {
        if underWay.count == places.count { try takeOldest() }
        return places[next].pinned.pointer + first * MemoryLayout<device_result>.stride
    }

    /// Where the statistics of the step go whose `destination` was asked for.
    var statistics: UnsafeMutableRawPointer { places[next].statistics.pointer }

    /// All copies into the place are enqueued.
    /// - Parameter statistics: called when they have arrived.
    func close(count: Int, on stream: Stream, statistics: (() -> StepStatistics)? = nil) throws {
        try places[next].arrived.record(in: stream)
        underWay.append((next, count, statistics))
        next = (next + 1) % places.count
    }

    func take(waiting: Bool) throws -> [BatchResult] {
        while let oldest = underWay.first {
            if !waiting, try !places[oldest.place].arrived.isPassed() { break }
            try takeOldest()
        }
        defer { finished = [] }
        return finished
    }

    private func takeOldest() throws {
        let (index, count, statistics) = underWay[0]
        try places[index].arrived.synchronize()
        underWay.removeFirst()
        let results = places[index].pinned.pointer.assumingMemoryBound(to: device_result.self)
        var total = BatchResult()
        for slot in 0..<count { total.add(loss: results[slot].loss, rank: Int(results[slot].rank)) }
        total.statistics = statistics?()
        finished.append(total)
    }
}
