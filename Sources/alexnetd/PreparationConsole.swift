// What a person sees of preparing: a progress bar in a terminal, a line every ten seconds in a pipe, and what became of
// the images at the end.

import Datasets
import Foundation
import Preparation

final class PreparationConsole {
    private let isTerminal = Output.isTerminal
    private var hasBar = false
    private var shown = ContinuousClock.now
    private var begun: (at: ContinuousClock.Instant, done: Int)?

    func show(_ event: Preparation.Event) {
        switch event {
        case .note(let text): line(text)
        case .looking(let place): looking(place)
        case .progress(let done, let all): progress(done, all)
        }
    }

    /// Takes the bar away.
    func clear() {
        if hasBar { put("\r\u{1B}[K") }
        hasBar = false
    }

    func end(_ outcome: Preparation.Outcome) {
        let manifest = outcome.manifest
        let splits = Dataset.Split.allCases.compactMap { split in
            manifest[split].map { (name: split == .train ? "training" : split.rawValue, $0) }
        }
        let images = splits.map { "\($0.1.images) \($0.name)" }.joined(separator: ", ")
        let shards = splits.flatMap(\.1.shards)
        let megabytes = Double(shards.reduce(0) { $0 + $1.size }) / 1e6
        if outcome.wasThere { line("\(outcome.folder) was prepared before, with the same arguments") }
        line(
            "\(outcome.folder): \(images) images of \(manifest.classes) classes in \(shards.count) shards, "
                + String(format: "%.1f MB", megabytes))
        for (what, count) in manifest.repaired.sorted(by: { $0.key < $1.key }) { line("\(count) \(what)") }
        if manifest.leftOut > 0 {
            line("\(manifest.leftOut) left out; \(outcome.folder.appending("report.csv")) says why")
        }
    }

    private func line(_ text: String) {
        clear()
        put(text + "\n")
    }

    private func looking(_ place: String) {
        guard isDue else { return }
        guard isTerminal else { return put("looking through \(place.printable)\n") }
        put("\r\u{1B}[K\(place.printable.prefix(78))")
        hasBar = true
    }

    /// Whether enough time has passed since it was the last time.
    private var isDue: Bool {
        let now = ContinuousClock.now
        guard now - shown > (isTerminal ? .milliseconds(100) : .seconds(10)) else { return false }
        shown = now
        return true
    }

    private func progress(_ done: Int, _ all: Int) {
        let now = ContinuousClock.now
        guard let begun else {
            begun = (now, done)
            return
        }
        guard isDue else { return }
        let rate = Double(done - begun.done) / max((now - begun.at) / .seconds(1), 1e-3)
        let left = rate > 0 ? Duration.text(seconds: Double(all - done) / rate) : "?"
        let figures = String(format: "%d/%d  %.0f images/s  ETA ", done, all, rate) + left
        guard isTerminal else { return put(figures + "\n") }
        put("\r\u{1B}[Kpreparing \(ProgressBar.text(done, of: all)) \(figures)")
        hasBar = true
    }

    private func put(_ text: String) { try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) }
}
