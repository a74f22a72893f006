// The one table of settings: name, meaning, range. Flags, environment variables, file keys, their help and
// `serve --check` all derive from it. Defaults are the values of a fresh `Settings`.

internal import Foundation
internal import Jobs
internal import Logging
internal import SystemPackage

extension Settings {
    package struct Key: Sendable {
        enum Kind: Sendable {
            case folder(WritableKeyPath<Settings, FilePath> & Sendable)
            case file(WritableKeyPath<Settings, FilePath?> & Sendable)
            case level(WritableKeyPath<Settings, Logger.Level> & Sendable)
            /// In seconds.
            case time(WritableKeyPath<Settings, Double> & Sendable, ClosedRange<Double>)
            case count(WritableKeyPath<Settings, Int> & Sendable, ClosedRange<Int>)
            case gpus(WritableKeyPath<Settings, GPUPool.Choice> & Sendable)
        }

        /// As the file has it: "stall_timeout".
        package let name: String
        /// One line, without a full stop.
        package let explanation: String
        let kind: Kind

        /// Without its dashes: "stall-timeout".
        package var flag: String { name.replacingOccurrences(of: "_", with: "-") }
        /// "ALEXNETD_STALL_TIMEOUT"
        package var variable: String { "ALEXNETD_" + name.uppercased() }
    }

    package static let keys = [
        Key.root, .metrics, .logLevel, .scanInterval, .stallTimeout, .stopTimeout, .hookTimeout, .maxAttempts,
        .gpus,
    ]
}

extension Settings.Key {
    package static let root = Self(
        name: "root", explanation: "The folder of jobs and runs", kind: .folder(\.root))
    package static let metrics = Self(
        name: "metrics",
        explanation: "A Prometheus text file to keep, NAME.prom for node-exporter's collector",
        kind: .file(\.metrics))
    package static let logLevel = Self(
        name: "log_level", explanation: "What the log begins at", kind: .level(\.logLevel))
    package static let scanInterval = Self(
        name: "scan_interval", explanation: "Time between looks at the job folder beside what inotify tells",
        kind: .time(\.scanInterval, 0.1...3600))
    package static let stallTimeout = Self(
        name: "stall_timeout",
        explanation: "A worker whose status does not change for so long is ended and tried again",
        kind: .time(\.stallTimeout, 1...30 * 86400))
    package static let stopTimeout = Self(
        name: "stop_timeout",
        explanation: "A worker that was asked to stop and has not ended after this is killed",
        kind: .time(\.stopTimeout, 1...86400))
    package static let hookTimeout = Self(
        name: "hook_timeout", explanation: "A hook that runs for longer is killed",
        kind: .time(\.hookTimeout, 1...86400))
    package static let maxAttempts = Self(
        name: "max_attempts",
        explanation: "So many attempts in a row without a new checkpoint fail a job",
        kind: .count(\.maxAttempts, 1...1_000_000))
    package static let gpus = Self(
        name: "gpus", explanation: "The GPUs that jobs may have, each one at a time", kind: .gpus(\.gpus))

    /// What may be written, for a person.
    package var range: String {
        switch kind {
        case .folder: "a path"
        case .file: "a path or none"
        case .level: Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        case .time(_, let range):
            "\(JobValue.text(seconds: range.lowerBound)) to \(JobValue.text(seconds: range.upperBound))"
        case .count(_, let range): "\(range.lowerBound) to \(range.upperBound)"
        case .gpus: "auto, none or a list of uuids"
        }
    }

    /// What the help calls its value.
    package var valueName: String {
        switch kind {
        case .folder: "dir"
        case .file: "file"
        case .level: "level"
        case .time: "time"
        case .count: "number"
        case .gpus: "which"
        }
    }

    /// The value as a file would have it.
    package func text(in settings: Settings) -> String {
        switch kind {
        case .folder(let path): settings[keyPath: path].string
        case .file(let path): settings[keyPath: path]?.string ?? Self.noFile
        case .level(let path): settings[keyPath: path].rawValue
        case .time(let path, _): JobValue.text(seconds: settings[keyPath: path])
        case .count(let path, _): "\(settings[keyPath: path])"
        case .gpus(let path): settings[keyPath: path].text
        }
    }

    /// - Parameter folder: what a relative path begins at; nil refuses them.
    func set(
        _ value: JobValue, relativeTo folder: FilePath?, in settings: inout Settings
    ) throws(JobError) {
        switch kind {
        case .folder(let path): settings[keyPath: path] = try value.path(relativeTo: folder)
        case .file(let path):
            let word = try value.text(write: range)
            settings[keyPath: path] = word == Self.noFile ? nil : try value.path(relativeTo: folder)
        case .level(let path): settings[keyPath: path] = try value.choice(Logger.Level.self)
        case .time(let path, let range):
            let example = JobValue.text(seconds: Settings()[keyPath: path])
            settings[keyPath: path] = try value.seconds(range, example: example)
        case .count(let path, let range): settings[keyPath: path] = try value.integer(range)
        case .gpus(let path): settings[keyPath: path] = try value.gpus(write: range)
        }
    }

    private static let noFile = "none"
}

extension GPUPool.Choice {
    /// As a flag has it.
    fileprivate var text: String {
        switch self {
        case .auto: "auto"
        case .none: "none"
        case .some(let uuids): uuids.joined(separator: ",")
        }
    }
}

extension JobValue {
    /// A flag or a variable has commas between uuids, a file a list of them.
    fileprivate func gpus(write example: String) throws(JobError) -> GPUPool.Choice {
        var words: [String] = []
        if let items {
            for item in items { words.append(try item.text(write: example)) }
        } else {
            words = try text(write: example).split(separator: ",").map(String.init)
        }
        if words == ["auto"] { return .auto }
        if words == ["none"] || words.isEmpty { return .none }
        for word in words where word.wholeMatch(of: /(GPU|MIG)-[0-9A-Fa-f-]{4,64}/) == nil {
            throw mismatch(
                .wrongType, "has \"\(word)\", which is no GPU's uuid",
                write: "\(example), as `nvidia-smi -L` has them")
        }
        return .some(words)
    }

    fileprivate func path(relativeTo folder: FilePath?) throws(JobError) -> FilePath {
        let text = try text(write: "a path such as /var/lib/alexnetd")
        if text.hasPrefix("~") {
            throw mismatch(.wrongType, "begins with ~, which is not expanded", write: "the whole path from /")
        }
        if text.utf8.contains(0) { throw mismatch(.wrongType, "holds a zero character", write: "a path") }
        let path = FilePath(text)
        if path.isRelative, folder == nil {
            throw mismatch(.wrongType, "is no whole path", write: "it from / on")
        }
        return (folder ?? "/").pushing(path).lexicallyNormalized()
    }
}
