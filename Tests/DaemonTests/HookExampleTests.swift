// configs/hooks, run as the daemon runs them, against servers on this machine.

import Daemon
import Foundation
import Jobs
import SystemPackage
import TemporaryFolders
import Testing

@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/curl"), "there is no curl"))
struct HookExampleTests {
    let temporary: TemporaryFolder
    let lines = LogLines()

    init() throws { temporary = try TemporaryFolder() }

    /// Runs an example at the end of a job.
    func run(_ example: String, status: String, _ environment: [String: String]) throws {
        let source = URL(fileURLWithPath: #filePath)
        let root = source.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try Data(contentsOf: root.appendingPathComponent("configs/hooks/\(example)"))
        chmod(try temporary.write(text, to: "hooks/done").string, 0o755)
        try temporary.write("the last words\n".utf8, to: "runs/net/train.log")
        let hooks = try Hooks(
            RootFolder(temporary.path), log: lines.logger, timeout: 60,
            environment: environment.merging(["PATH": "/usr/bin:/bin"]) { $1 })
        hooks.run(.done, job: try JobName(fileName: "net.yml"), status: Data(status.utf8))
        hooks.drain(within: 60)
    }

    /// Answers one request with a status line.
    func web(_ status: String) throws -> LoopbackServer {
        try LoopbackServer { said in
            guard let end = said.range(of: "\r\n\r\n"),
                let header = said.firstMatch(of: /(?i)content-length: ([0-9]+)/), let length = Int(header.1),
                said[end.upperBound...].utf8.count >= length
            else { return nil }
            said = ""
            return "HTTP/1.1 \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        }
    }

    @Test(arguments: [true, false]) func theWebHookPostsTheStatus(_ isFile: Bool) throws {
        let server = try web("204 No Content")
        let url = "http://127.0.0.1:\(server.port)/a?b=c"
        let file = try temporary.write("\(url)\n".utf8, to: "url")
        try run(
            "webhook", status: "{\n  \"loss\": 0.5, \"message\": \"50 % \\\"x\\\" \\\\n 'y' $HOME\"\n}\n",
            isFile ? ["ALEXNETD_WEBHOOK_FILE": file.string] : ["ALEXNETD_WEBHOOK_URL": url])
        #expect(lines.contains("exit code 0"), "\(lines.all)")
        #expect(server.text.hasPrefix("POST /a?b=c HTTP/1.1\r\n"))
        #expect(server.text.contains("Content-Type: application/json\r\n"))
        struct Body: Decodable {
            struct Status: Decodable {
                let loss: Double
                let message: String
            }
            let job: String
            let state: String
            let host: String
            let status: Status
        }
        let start = try #require(server.text.range(of: "\r\n\r\n")).upperBound
        let body = try JSONDecoder().decode(Body.self, from: Data(server.text[start...].utf8))
        #expect(body.job == "net" && body.state == "done" && !body.host.isEmpty)
        #expect(body.status.loss == 0.5)
        #expect(body.status.message == "50 % \"x\" \\n 'y' $HOME")
    }

    @Test func aRefusalIsAFailure() throws {
        let server = try web("404 Not Found")
        try run("webhook", status: "{}", ["ALEXNETD_WEBHOOK_URL": "http://127.0.0.1:\(server.port)/"])
        #expect(lines.contains("warning net: hook done: exit code 22"), "\(lines.all)")
        #expect(lines.contains("404"), "\(lines.all)")
    }

    @Test func theMailIsSent() throws {
        let server = try LoopbackServer(greeting: "220 here\r\n") { said in
            // After DATA, whose end is a dot.
            if let end = said.range(of: "\r\n.\r\n") {
                said = String(said[end.upperBound...])
                return "250 taken\r\n"
            }
            guard !said.hasPrefix("From:"), let end = said.range(of: "\r\n") else { return nil }
            let command = said[..<end.lowerBound].prefix(4).uppercased()
            said = String(said[end.upperBound...])
            return ["DATA": "354 go on\r\n", "QUIT": "221 bye\r\n"][command] ?? "250 fine\r\n"
        }
        try run(
            "mail", status: "{\"loss\": 0.5}\n.\n",
            [
                "ALEXNETD_MAIL_TO": "you@example.org", "ALEXNETD_MAIL_FROM": "me@example.org",
                "ALEXNETD_MAIL_SERVER": "smtp://127.0.0.1:\(server.port)",
            ])
        #expect(lines.contains("exit code 0"), "\(lines.all)")
        let text = server.text
        #expect(text.contains("MAIL FROM:<me@example.org>"))
        #expect(text.contains("RCPT TO:<you@example.org>"))
        #expect(text.contains("\r\nSubject: alexnetd: net is done\r\n"))
        #expect(text.contains("\r\n{\"loss\": 0.5}\r\n..\r\n"), "a lone dot does not end it")
        #expect(text.contains("\r\nthe last words\r\n.\r\n"))
    }

    @Test func aMailWithoutAnAddressSaysSo() throws {
        try run("mail", status: "{}", [:])
        #expect(lines.contains("set ALEXNETD_MAIL_TO"), "\(lines.all)")
    }
}
