// `serve --check` and the settings' ways in, by the program that a person starts.

import Daemon
import Foundation
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct SettingsTests {
        let place: Workplace
        var file: FilePath { place.folder.path.appending("settings.yml") }

        init() throws { place = try Workplace() }

        func check(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> Program {
            let program = try Program(["serve", "--check"] + arguments, environment: environment)
            try await program.end()
            return program
        }

        @Test func everySettingIsAFlag() async throws {
            let values = [
                "root": place.root.path.string, "metrics": place.folder.path.appending("a.prom").string,
                "log_level": "debug", "scan_interval": "5s", "stall_timeout": "1h", "stop_timeout": "3m",
                "hook_timeout": "7s", "max_attempts": "3", "gpus": "GPU-0a1b2c3d",
            ]
            let flags = Settings.keys.flatMap { ["--\($0.flag)", values[$0.name] ?? "none given"] }
            let program = try await check(flags)
            #expect(program.end == .exited(0), "\(program.errorOutput)")
            for key in Settings.keys {
                let cells = program.output.split(separator: "\n").map { $0.split(separator: " ") }
                let value = values[key.name] ?? ""
                #expect(cells.contains([key.name[...], value[...], "--\(key.flag)"]), "\(program.output)")
            }
            #expect(!place.exists(place.root.path), "it only looks")
            let help = try await Program.run("serve", "--help")
            for key in Settings.keys {
                #expect(help.output.contains("--\(key.flag) <\(key.valueName)>"))
                #expect(help.output.contains("$\(key.variable)"))
            }
        }

        @Test func everyProblemIsToldWith78() async throws {
            try "stop_timeout: 1\n".write(toFile: file.string, atomically: true, encoding: .utf8)
            let arguments = ["--config", file.string, "--log-level", "loud"]
            let environment = ["ALEXNETD_MAX_ATTEMPTS": "0"]
            let checked = try await check(arguments, environment)
            let served = try Program(["serve"] + arguments, environment: environment)
            try await served.end()
            for program in [checked, served] {
                #expect(program.end == .exited(78))
                for part in ["\(file):1: stop_timeout", "--log-level", "$ALEXNETD_MAX_ATTEMPTS"] {
                    #expect(program.errorOutput.contains(part), "\(program.errorOutput)")
                }
            }
            let impossible = try await check(["--root", "/dev/null/x", "--metrics", "/dev/null/y"])
            #expect(impossible.end == .exited(78))
            #expect(impossible.errorOutput.split(separator: "\n").count == 2, "\(impossible.errorOutput)")
        }

        @Test func theFilesRootIsServed() async throws {
            try "root: \(place.root.path)\nlog_level: debug\n".write(
                toFile: file.string, atomically: true, encoding: .utf8)
            let daemon = try Program(["serve"], environment: ["ALEXNETD_CONFIG": file.string])
            try eventually("it serves: \(daemon.errorOutput)") { place.exists(place.root.jobs) }
            let checked = try await check(["--config", file.string])
            #expect(checked.end == .exited(0), "\(checked.errorOutput)")
            #expect(checked.output.contains("\(file):1"))
            try eventually("the lock is seen") {
                let text = try String(contentsOfFile: place.root.lock.string, encoding: .utf8)
                return text == "\(daemon.pid)\n"
            }
            #expect(try await check(["--config", file.string]).output.contains("process \(daemon.pid)"))
            daemon.signal(SIGTERM)
            #expect(try await daemon.end() == .exited(0))
        }
    }
}
