// Where the settings come from: a flag goes before the environment, that before the file, that before the default.
// Every value that is given is checked, also one that another goes before, and every problem is told at once.

internal import Foundation
internal import Jobs
package import SystemPackage

extension Settings {
    package enum Origin: Hashable, Sendable {
        case flag, environment
        /// From 1.
        case file(FilePath, line: Int)
        case preset
    }

    /// The settings and where each is from.
    package struct Reading: Hashable, Sendable {
        package fileprivate(set) var settings = Settings()
        /// By the key's name.
        package fileprivate(set) var origins: [String: Origin] = [:]

        package func origin(_ key: Key) -> Origin { origins[key.name] ?? .preset }
    }

    /// Where the file is when nobody says.
    package static let usualFile: FilePath = "/etc/alexnetd.yml"

    /// The file to read: the flag's, $ALEXNETD_CONFIG, else /etc/alexnetd.yml where there is one.
    package static func file(flag: String?, environment: [String: String]) -> FilePath? {
        if let given = flag ?? environment["ALEXNETD_CONFIG"], !given.isEmpty {
            return currentFolder.pushing(FilePath(given))
        }
        // One that is there and may not be read is a problem for `read`.
        return FileManager.default.fileExists(atPath: usualFile.string) ? usualFile : nil
    }

    /// Whether a file with these keys is meant for the daemon, be it right or wrong: it has some of a setting and none of a
    /// job, which no two have in common.
    package static func areMeant(by keys: [String]) -> Bool {
        keys.contains { key in Self.keys.contains { $0.name == key } } && !keys.contains("dataset")
    }

    /// - Parameter flags: those given, by the keys' names.
    /// - Throws: `settings`.
    package static func read(
        flags: [String: String], environment: [String: String], file: FilePath?
    ) throws(DaemonError) -> Reading {
        var reading = Reading()
        var problems: [String] = []
        func take(_ key: Key, _ value: JobValue, from origin: Origin, relativeTo folder: FilePath?) {
            do {
                try key.set(value, relativeTo: folder, in: &reading.settings)
                reading.origins[key.name] = origin
            } catch {
                if case .file = origin { return problems.append(error.message) }
                problems.append("\(origin.text(of: key)): \(error.problem)")
            }
        }
        if let file {
            do {
                let fields = try JobFields.read(
                    try JobFile.read(file), file: file.string, keys: keys.map(\.name))
                for key in keys {
                    guard let value = fields?[key.name] else { continue }
                    take(key, value, from: .file(file, line: value.line), relativeTo: nil)
                }
            } catch {
                problems.append(error.description)
            }
        }
        for key in keys {
            // An environment file cannot take a variable away, only empty it.
            guard let text = environment[key.variable], !text.isEmpty else { continue }
            take(key, JobValue(text, key: key.name), from: .environment, relativeTo: currentFolder)
        }
        for key in keys {
            guard let text = flags[key.name] else { continue }
            take(key, JobValue(text, key: key.name), from: .flag, relativeTo: currentFolder)
        }
        guard problems.isEmpty else { throw DaemonError(.settings, problems.joined(separator: "\n")) }
        reading.settings.root = currentFolder.pushing(reading.settings.root).lexicallyNormalized()
        return reading
    }

    private static var currentFolder: FilePath { FilePath(FileManager.default.currentDirectoryPath) }
}

extension Settings.Origin {
    /// "--stall-timeout", "$ALEXNETD_STALL_TIMEOUT", "/etc/alexnetd.yml:3" or "default".
    package func text(of key: Settings.Key) -> String {
        switch self {
        case .flag: "--\(key.flag)"
        case .environment: "$\(key.variable)"
        case .file(let path, let line): "\(path):\(line)"
        case .preset: "default"
        }
    }
}

extension Settings.Reading {
    /// Every setting: its key, its value, where that is from.
    package var table: String {
        let rows = Settings.keys.map { [$0.name, $0.text(in: settings), origin($0).text(of: $0)] }
        let widths = [0, 1].map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0.padding(toLength: $1 + 2, withPad: " ", startingAt: 0) }.joined()
                + row[2]
        }.joined(separator: "\n")
    }
}
