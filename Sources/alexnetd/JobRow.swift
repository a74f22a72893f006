// One job as `alexnetd jobs` shows it: where its file lies, and what its run's status says.

import Files
import Foundation
import Jobs
import Spool

struct JobRow: Encodable {
    let name: String
    /// The folder's word (queued, done, failed, cancelled); for a running job its status's.
    private(set) var state: String
    var epoch: Int?
    var epochs: Int?
    var step: Int?
    var steps: Int?
    var loss: Double?
    var imagesPerS: Double?
    /// Seconds.
    var etaS: Double?
    var lastCheckpoint: Int?
    var attempt: Int?
    var pid: Int32?
    /// Why it failed or waits.
    var message: String?

    /// A worker replaces its status every second, or every step where those are longer; in seconds.
    private static let longSilence = 30.0

    /// Running jobs first, then the queue, then what is over; oldest first in each.
    static func all(in folder: JobFolder) throws -> [JobRow] {
        var rows: [JobRow] = []
        var names: Set<String> = []
        for place in [JobFolder.Place.running, .queued, .paused, .done, .failed, .cancelled] {
            // A person may have removed one of the folders.
            for file in (try? folder.scan(place)) ?? [] {
                let name = (try? JobName(fileName: file.fileName).stem) ?? file.fileName
                // Two files may have one name; the run is the first one's.
                rows.append(JobRow(name, place, folder, ownsRun: names.insert(name).inserted))
            }
        }
        return rows
    }

    private init(_ name: String, _ place: JobFolder.Place, _ folder: JobFolder, ownsRun: Bool) {
        self.name = name
        let run = folder.root.run(name)
        // A queued job may have an earlier run's status, which is not its own yet.
        let status = ownsRun && place != .queued ? RunStatus.load(run.status) : nil
        (epoch, epochs, step, steps) = (status?.epoch, status?.epochs, status?.step, status?.steps)
        (loss, lastCheckpoint) = (status?.loss, status?.lastCheckpoint)
        (attempt, message) = (status?.attempt, status?.message)
        switch place {
        case .running:
            guard let status, ![.done, .failed, .cancelled].contains(status.state) else {
                // Of an earlier attempt: this one has said nothing yet.
                state = "starting"
                break
            }
            self.state = status.state.rawValue
            guard ![.stopped, .waiting].contains(status.state) else { break }
            guard FileLock.isHeld(run.lock) else {
                state = "interrupted"
                message = "its worker is gone; it goes on from its last checkpoint"
                break
            }
            (imagesPerS, etaS, pid) = (status.imagesPerSecond, status.eta, status.pid)
            let silence = -status.updated.timeIntervalSinceNow
            if silence > Self.longSilence {
                message = "no news for \(Duration.text(seconds: silence))" + (message.map { ": " + $0 } ?? "")
            }
        case .failed:
            state = place.rawValue
            let text = (try? folder.errorText(stem: name).contentsIfPresent()).flatMap { $0 }
            let reason = text.map { String(decoding: $0, as: UTF8.self).prefix { $0 != "\n" } }
            message = reason.map(String.init) ?? message
        case .done:
            state = place.rawValue
            message = nil
        case .queued, .paused, .cancelled: state = place.rawValue
        }
    }

    // MARK: Table

    private static let titles = [
        "NAME", "STATE", "EPOCH", "STEP", "LOSS", "IMAGES/S", "ETA", "CHECKPOINT", "NOTE",
    ]

    private var cells: [String] {
        func part(_ done: Int?, _ all: Int?) -> String {
            done.map { done in "\(done)" + (all.map { "/\($0)" } ?? "") } ?? "-"
        }
        func decimal(_ value: Double?, _ digits: Int) -> String {
            value.map { String(format: "%.\(digits)f", $0) } ?? "-"
        }
        return [
            name, state, part(epoch, epochs), part(step, steps), decimal(loss, 4), decimal(imagesPerS, 1),
            etaS.map(Duration.text) ?? "-", lastCheckpoint.map(String.init) ?? "-", message ?? "",
        ]
    }

    /// Columns as wide as their widest cell, two spaces between, none at a line's end.
    static func table(_ rows: [JobRow]) -> String {
        let lines = [titles] + rows.map(\.cells)
        let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let padded = zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return padded.joined(separator: "  ").trimmingCharacters(in: .whitespaces) + "\n"
        }.joined()
    }
}
