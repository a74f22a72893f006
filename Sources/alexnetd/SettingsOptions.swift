// The daemon's settings as flags, from the one table of them.

import ArgumentParser
import Daemon
import Foundation
import SystemPackage

struct SettingsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read settings from this YAML file (default: $ALEXNETD_CONFIG, else \(Settings.usualFile) if it exists).",
            valueName: "file"))
    var config: String?

    @Option(name: .setting(.root), help: .setting(.root)) var root: String?
    @Option(name: .setting(.metrics), help: .setting(.metrics)) var metrics: String?
    @Option(name: .setting(.logLevel), help: .setting(.logLevel)) var logLevel: String?
    @Option(name: .setting(.scanInterval), help: .setting(.scanInterval)) var scanInterval: String?
    @Option(name: .setting(.stallTimeout), help: .setting(.stallTimeout)) var stallTimeout: String?
    @Option(name: .setting(.stopTimeout), help: .setting(.stopTimeout)) var stopTimeout: String?
    @Option(name: .setting(.hookTimeout), help: .setting(.hookTimeout)) var hookTimeout: String?
    @Option(name: .setting(.maxAttempts), help: .setting(.maxAttempts)) var maxAttempts: String?
    @Option(name: .setting(.gpus), help: .setting(.gpus)) var gpus: String?

    /// Those given, by the keys' names.
    var flags: [String: String] {
        let all: [(Settings.Key, String?)] = [
            (.root, root), (.metrics, metrics), (.logLevel, logLevel), (.scanInterval, scanInterval),
            (.stallTimeout, stallTimeout), (.stopTimeout, stopTimeout), (.hookTimeout, hookTimeout),
            (.maxAttempts, maxAttempts), (.gpus, gpus),
        ]
        return Dictionary(uniqueKeysWithValues: all.compactMap { key, text in text.map { (key.name, $0) } })
    }

    func validate() throws {
        if config?.isEmpty == true { throw ValidationError("--config is empty; give it a file") }
        if let key = Settings.keys.first(where: { flags[$0.name]?.isEmpty == true }) {
            throw ValidationError("--\(key.flag) is empty; give it \(key.range)")
        }
    }

    /// Reads them all, now: the file may have changed since the last time.
    /// - Throws: `DaemonError` of code `settings`.
    func read() throws(DaemonError) -> Settings.Reading {
        let environment = ProcessInfo.processInfo.environment
        let file = Settings.file(flag: config, environment: environment)
        return try Settings.read(flags: flags, environment: environment, file: file)
    }
}

extension NameSpecification {
    fileprivate static func setting(_ key: Settings.Key) -> Self { .customLong(key.flag) }
}

extension ArgumentHelp {
    fileprivate static func setting(_ key: Settings.Key) -> Self {
        let preset = key.text(in: Settings())
        return ArgumentHelp(
            "\(key.explanation): \(key.range) (default: \(preset); $\(key.variable)).",
            valueName: key.valueName)
    }
}
