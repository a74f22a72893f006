// One pass over every image, on several threads. The result does not depend on how many there are or who is faster.

internal import Dispatch
internal import Foundation
package import Images
internal import Synchronization

extension Statistics {
    /// Decodes every training and validation image.
    ///
    /// - Parameters:
    ///   - fit: How each becomes a square.
    ///   - withImage: Whether the mean image is wanted too.
    ///   - progress: Called at most ten times a second on the calling thread, and only when there is some.
    ///   - shouldStop: Asked about ten times a second.
    /// - Throws: `DatasetsError` of code `stopped`, `unreadable` for a file that cannot be read, or `badData` for a
    ///   damaged record.
    package static func scan(
        _ dataset: Dataset, fit: SquareDecoder.Fit = .scaled, withImage: Bool = false, threads: Int,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> Statistics {
        let scan = Scan(dataset, fit, withImage: withImage)
        var running = max(threads, 1)
        var told: Int?
        for _ in 0..<running { Thread { scan.work() }.start() }
        while running > 0 {
            if shouldStop() { scan.stop() }
            if scan.threadEnded.wait(timeout: .now() + .milliseconds(100)) == .success { running -= 1 }
            let done = scan.done
            if done != told { progress(done, scan.total) }
            told = done
        }
        return try scan.result()
    }
}

/// What the threads of one scan share.
private final class Scan: Sendable {
    private struct State {
        /// The next image nobody has begun; training images come first.
        var next = 0
        var done = 0
        var sums = ColorSums()
        var places = PixelSums()
        var undecodable: [Statistics.Undecodable] = []
        var error: (any Error)?
    }

    let threadEnded = DispatchSemaphore(value: 0)
    private let dataset: Dataset
    private let fit: SquareDecoder.Fit
    private let withImage: Bool
    private let state = Mutex(State())

    init(_ dataset: Dataset, _ fit: SquareDecoder.Fit, withImage: Bool) {
        (self.dataset, self.fit, self.withImage) = (dataset, fit, withImage)
    }

    var total: Int { dataset.train.count + dataset.validation.count }
    var done: Int { state.withLock { $0.done } }

    func stop() { fail(DatasetsError(.stopped, "the scan of \(dataset.root) was stopped")) }

    func result() throws -> Statistics {
        let state = state.withLock { $0 }
        if let error = state.error { throw error }
        let split = dataset.train.count
        let sorted = state.undecodable.sorted { $0.index < $1.index }
        return Statistics(
            sums: state.sums, undecodableTrain: sorted.filter { $0.index < split },
            undecodableValidation: sorted.filter { $0.index >= split }.map {
                .init(index: $0.index - split, path: $0.path, reason: $0.reason)
            }, meanImage: state.places.mean)
    }

    /// One thread's share: image after image until there is none left, a stop, or an error.
    func work() {
        defer { threadEnded.signal() }
        let (reader, decoder) = (SampleReader(dataset), SquareDecoder(fit))
        let square = UnsafeMutablePointer<UInt8>.allocate(capacity: Resize.bytesPerSquare)
        defer { square.deallocate() }
        var (sums, places) = (ColorSums(), PixelSums())
        while let index = claim() {
            let isTraining = index < dataset.train.count
            let sample = isTraining ? dataset.train[index] : dataset.validation[index - dataset.train.count]
            do {
                try decoder.decode(try reader.read(sample), into: square)
                if isTraining {
                    sums.add(square, count: Resize.side * Resize.side)
                    if withImage { places.add(square) }
                }
            } catch let error as ImagesError where error.code == .undecodable {
                state.withLock {
                    $0.undecodable.append(.init(index: index, path: sample.path, reason: error.description))
                }
            } catch let error as ImagesError {
                return fail(dataset.outOfMemory(for: sample, error))
            } catch {
                return fail(error)
            }
            state.withLock { $0.done += 1 }
        }
        state.withLock { [sums, places] in
            $0.sums += sums
            $0.places += places
        }
    }

    private func claim() -> Int? {
        state.withLock { [total] state in
            guard state.error == nil, state.next < total else { return nil }
            state.next += 1
            return state.next - 1
        }
    }

    private func fail(_ error: any Error) {
        state.withLock { if $0.error == nil { $0.error = error } }
    }
}
