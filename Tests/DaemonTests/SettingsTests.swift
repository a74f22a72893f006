import Daemon
import Foundation
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct SettingsTests {
    let temporary: TemporaryFolder
    var file: FilePath { temporary.path.appending("settings.yml") }

    init() throws { temporary = try TemporaryFolder() }

    func read(
        _ text: String? = nil, _ environment: [String: String] = [:], _ flags: [String: String] = [:],
        _ name: String = "settings.yml"
    ) throws -> Settings.Reading {
        let file = try text.map { try temporary.write($0.utf8, to: name) }
        return try Settings.read(flags: flags, environment: environment, file: file)
    }

    func problems(_ error: DaemonError?) -> [Substring] {
        #expect(error?.code == .settings)
        return error?.message.split(separator: "\n") ?? []
    }

    /// A value other than the default, for each key.
    static let others = [
        "root": "/r", "metrics": "/m/a.prom", "log_level": "debug", "scan_interval": "5s",
        "stall_timeout": "1h", "stop_timeout": "3m", "hook_timeout": "7s", "max_attempts": "3",
        "gpus": "GPU-0a1b2c3d,GPU-11112222",
    ]

    @Test func theTableIsWhole() {
        #expect(Set(Settings.keys.map(\.name)) == Set(Self.others.keys))
        for key in Settings.keys {
            #expect(key.flag == key.name.replacing("_", with: "-"))
            #expect(key.variable == "ALEXNETD_" + key.name.uppercased())
            #expect(!key.explanation.isEmpty && !key.explanation.hasSuffix("."))
            #expect(key.text(in: Settings()) != Self.others[key.name])
        }
    }

    @Test func allThreeSourcesKnowEveryKey() throws {
        for key in Settings.keys {
            let value = try #require(Self.others[key.name])
            let sources = [
                (try read("\n\(key.name): \(value)\n"), Settings.Origin.file(file, line: 2), "\(file):2"),
                (try read(nil, [key.variable: value]), .environment, "$\(key.variable)"),
                (try read(nil, [:], [key.name: value]), .flag, "--\(key.flag)"),
            ]
            for (reading, origin, text) in sources {
                #expect(key.text(in: reading.settings) == value)
                #expect(reading.origin(key) == origin)
                #expect(reading.origin(key).text(of: key) == text)
                for other in Settings.keys where other.name != key.name {
                    #expect(reading.origin(other) == .preset)
                }
                // Nothing else has changed.
                let changed = Settings.keys.filter {
                    $0.name != "root" && $0.text(in: reading.settings) != $0.text(in: Settings())
                }
                #expect(changed.map(\.name) == (key.name == "root" ? [] : [key.name]))
            }
        }
    }

    @Test func aFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws {
        let text = "max_attempts: 1\nstop_timeout: 1m\nhook_timeout: 1m\n"
        let environment = ["ALEXNETD_MAX_ATTEMPTS": "2", "ALEXNETD_STOP_TIMEOUT": "2m"]
        let reading = try read(text, environment, ["max_attempts": "3"])
        #expect(reading.settings.maxAttempts == 3)
        #expect(reading.settings.stopTimeout == 120)
        #expect(reading.settings.hookTimeout == 60)
        #expect(reading.origin(.maxAttempts) == .flag)
        #expect(reading.origin(.stopTimeout) == .environment)
        #expect(reading.origin(.hookTimeout) == .file(file, line: 3))
        let lines = reading.table.split(separator: "\n")
        #expect(lines.count == Settings.keys.count)
        #expect(lines.contains { $0.wholeMatch(of: /stop_timeout +2m +\$ALEXNETD_STOP_TIMEOUT/) != nil })
    }

    @Test(arguments: ["", " \n\n", "# nothing\n", "---\n# nothing\n"])
    func aFileMayBeEmpty(_ text: String) throws {
        #expect(try read(text).settings.maxAttempts == Settings().maxAttempts)
        #expect(try read(text).origins == [:])
    }

    @Test(arguments: [
        ("90s", 90.0), ("90 s", 90), ("10m", 600), ("1.5 h", 5400), ("2 hours", 7200), ("1 min", 60),
    ])
    func timesAreWrittenAsPeopleDo(_ text: String, _ seconds: Double) throws {
        #expect(try read("stall_timeout: \(text)").settings.stallTimeout == seconds)
        #expect(try read(nil, ["ALEXNETD_STALL_TIMEOUT": text]).settings.stallTimeout == seconds)
    }

    @Test(arguments: [
        ("stall_timeot: 1m", ":1: stall_timeot: ", "did you mean stall_timeout?"),
        ("root: /r\nstall_timeout: 5", ":2: stall_timeout: \"5\" has no unit", "10m"),
        ("stall_timeout: 5x", ":1: stall_timeout: ", "unknown unit"),
        ("stall_timeout: 2 epochs", ":1: stall_timeout: ", "unknown unit"),
        ("stall_timeout: soon", ":1: stall_timeout: ", "not a length of time"),
        ("stall_timeout: 0s", ":1: stall_timeout: ", "1s to 720h"),
        ("stall_timeout: 1000h", ":1: stall_timeout: ", "out of range"),
        ("stall_timeout: [1m]", ":1: stall_timeout: ", "a list"),
        ("stall_timeout:", ":1: stall_timeout: ", "nothing"),
        ("scan_interval: 0.01s", ":1: scan_interval: ", "0.1s to 1h"),
        ("max_attempts: 0", ":1: max_attempts: ", "1 to 1000000"),
        ("max_attempts: 2.5", ":1: max_attempts: ", "whole number"),
        ("max_attempts: \"3\"", ":1: max_attempts: ", "quotes"),
        ("max_attempts: 1\nmax_attempts: 2", ":2: max_attempts: ", "more than once"),
        ("log_level: INFO", ":1: log_level: ", "did you mean info?"),
        ("root: runs", ":1: root: ", "from / on"),
        ("root: ~/runs", ":1: root: ", "~"),
        ("root: \"/r\\0x\"", ":1: root: ", "zero character"),
        ("metrics: m.prom", ":1: metrics: ", "from / on"),
        ("- root", ":1: ", "not a mapping"),
        ("root: [", ":2: ", "is not YAML"),
        ("root: &a /r\nmetrics: *a", ":2: ", "anchors"),
        ("root: /a\n---\nroot: /b", ":2: ", "one document"),
    ])
    func aFileIsStrict(_ text: String, _ place: String, _ remedy: String) throws {
        let error = #expect(throws: DaemonError.self) { try read(text) }
        let problem = try #require(problems(error).first)
        #expect(problem.hasPrefix("\(file)\(place)"), "\(problem)")
        #expect(problem.contains(remedy), "\(problem)")
        #expect(!problem.contains("job"), "\(problem)")
    }

    @Test func everyProblemIsToldWithItsSource() throws {
        let error = #expect(throws: DaemonError.self) {
            // The file's values are wrong though others go before them.
            try read(
                "max_attempts: none\nhook_timeout: 9\n",
                ["ALEXNETD_STALL_TIMEOUT": "5", "ALEXNETD_METRICS": "~/m", "ALEXNETD_UNKNOWN": "x"],
                ["max_attempts": "1", "log_level": "loud"])
        }
        let found = problems(error)
        let starts = [
            "\(file):1: max_attempts: ", "\(file):2: hook_timeout: ", "$ALEXNETD_STALL_TIMEOUT: \"5\"",
            "$ALEXNETD_METRICS: \"~/m\"", "--log-level: \"loud\"",
        ]
        for start in starts { #expect(found.contains { $0.hasPrefix(start) }, "\(start) in \(found)") }
        #expect(found.count == starts.count)
    }

    @Test func aJSONFileWillDo() throws {
        let reading = try read("{\"max_attempts\": 4,\n\"hook_timeout\": \"2m\"}", [:], [:], "s.json")
        #expect(reading.settings.maxAttempts == 4)
        #expect(reading.settings.hookTimeout == 120)
        #expect(reading.origin(.hookTimeout) == .file(temporary.path.appending("s.json"), line: 2))
    }

    @Test func whatCannotBeReadIsNamed() throws {
        for path in [temporary.path.appending("none.yml"), temporary.path] {
            let error = #expect(throws: DaemonError.self) {
                try Settings.read(flags: [:], environment: [:], file: path)
            }
            #expect(problems(error).first?.hasPrefix("\(path): ") == true)
        }
    }

    @Test func pathsOfFlagsAndVariablesAreRelativeToTheFolderOneIsIn() throws {
        let here = FilePath(FileManager.default.currentDirectoryPath)
        let reading = try read(nil, ["ALEXNETD_METRICS": "../m.prom"], ["root": "a/./b"])
        #expect(reading.settings.root == here.appending("a/b"))
        #expect(reading.settings.metrics == here.removingLastComponent().appending("m.prom"))
        #expect(try read().settings.root == here.appending("alexnetd"))
    }

    @Test func anEmptyVariableSaysNothing() throws {
        let reading = try read("metrics: /m.prom", ["ALEXNETD_METRICS": "", "ALEXNETD_ROOT": ""])
        #expect(reading.settings.metrics == "/m.prom")
        #expect(reading.origin(.root) == .preset)
        #expect(try read("metrics: /m.prom", ["ALEXNETD_METRICS": "none"]).settings.metrics == nil)
    }

    @Test func theFileIsTheFlagsOrTheVariables() {
        let variable = ["ALEXNETD_CONFIG": "/e.yml"]
        #expect(Settings.file(flag: "/f.yml", environment: variable) == "/f.yml")
        #expect(Settings.file(flag: nil, environment: variable) == "/e.yml")
        let usual = FileManager.default.fileExists(atPath: Settings.usualFile.string)
        for environment in [[:], ["ALEXNETD_CONFIG": ""]] {
            #expect(Settings.file(flag: nil, environment: environment) == (usual ? Settings.usualFile : nil))
        }
    }

    /// The file that people copy says what holds without it.
    @Test func theExampleHasEveryKeyAtItsDefault() throws {
        let source = URL(fileURLWithPath: #filePath)
        let root = source.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let path = FilePath(root.appendingPathComponent("configs/alexnetd.yml").path)
        let reading = try Settings.read(flags: [:], environment: [:], file: path)
        for key in Settings.keys where key.name != "root" {
            guard case .file = reading.origin(key) else { Issue.record("\(key.name) is missing"); continue }
            #expect(key.text(in: reading.settings) == key.text(in: Settings()))
        }
        #expect(try String(contentsOfFile: path.string, encoding: .utf8).contains("\n# root: /"))
    }
}
