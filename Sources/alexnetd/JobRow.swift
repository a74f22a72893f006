// One job as `alexnetd jobs` shows it: where its file lies, and what its run's status says.

import Foundation
import Jobs
import Spool

struct JobRow: Encodable {
    let name: String
    /// The folder's word (queued, done, failed, cancelled); for a running job its status's.
    let state: String
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

    /// Running jobs first, then the queue, then what is over; oldest first in each.
    static func all(in folder: JobFolder) throws -> [JobRow] {
        var rows: [JobRow] = []
        for place in [JobFolder.Place.running, .queued, .done, .failed, .cancelled] {
            // A person may have removed one of the folders.
            for file in (try? folder.scan(place)) ?? [] {
                guard let name = try? JobName(fileName: file.fileName) else { continue }
                rows.append(JobRow(name, place, folder))
            }
        }
        return rows
    }

    private init(_ job: JobName, _ place: JobFolder.Place, _ folder: JobFolder) {
        name = job.stem
        // A queued job may have an earlier run's status, which is not its own yet.
        let status = place == .queued ? nil : RunStatus.load(folder.root.run(name).status)
        (epoch, epochs, step, steps) = (status?.epoch, status?.epochs, status?.step, status?.steps)
        (loss, lastCheckpoint) = (status?.loss, status?.lastCheckpoint)
        (attempt, message) = (status?.attempt, status?.message)
        switch place {
        case .running:
            (imagesPerS, etaS, pid) = (status?.imagesPerSecond, status?.eta, status?.pid)
            switch status?.state {
            // Of an earlier attempt: this one has said nothing yet.
            case nil, .done, .failed, .cancelled: state = "starting"
            case let state?: self.state = state.rawValue
            }
        case .failed:
            state = place.rawValue
            let text = (try? folder.errorText(stem: name).contentsIfPresent()).flatMap { $0 }
            let reason = text.map { String(decoding: $0, as: UTF8.self).prefix { $0 != "\n" } }
            message = reason.map(String.init) ?? message
        case .queued, .done, .cancelled: state = place.rawValue
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
            etaS.map(Self.duration) ?? "-", lastCheckpoint.map(String.init) ?? "-", message ?? "",
        ]
    }

    /// Columns as wide as their widest cell, two spaces between, none at a line's end.
    static func table(_ rows: [JobRow]) -> String {
        let lines = [titles] + rows.map(\.cells)
        let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let padded = zip(line, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
            return padded.joined(separator: "  ").trimmingCharacters(in: .whitespaces) + "\n"
        }.joined()
    }

    /// 42s, 12m, 3h05m, 2d04h
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "-" }
        let minutes = Int(seconds) / 60
        switch Int(seconds) {
        case ..<60: return "\(Int(seconds))s"
        case ..<3600: return "\(minutes)m"
        case ..<86400: return String(format: "%dh%02dm", minutes / 60, minutes % 60)
        default: return String(format: "%dd%02dh", minutes / 1440, minutes / 60 % 24)
        }
    }
}
