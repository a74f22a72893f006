// Entries as journald would receive them.

import Foundation
import Logging
import SystemPackage
import Systemd
import TemporaryFolders
import Testing

@Suite struct JournalTests {
    let receiver: DatagramReceiver
    let temporary: TemporaryFolder
    /// In the place of stderr.
    let fallback: FileDescriptor
    let fallbackPath: FilePath

    init() throws {
        receiver = try DatagramReceiver()
        temporary = try TemporaryFolder()
        fallbackPath = temporary.path.appending("stderr")
        fallback = try FileDescriptor.open(
            fallbackPath, .readWrite, options: [.create, .append, .closeOnExec], permissions: .ownerReadWrite)
    }

    func journal(_ socket: String? = nil) -> Journal {
        Journal(socket: FilePath(socket ?? receiver.name), fallback: fallback)
    }

    var fallenBack: String { (try? String(contentsOfFile: fallbackPath.string, encoding: .utf8)) ?? "" }

    /// Reads an entry as journald does.
    func fields(_ bytes: [UInt8]?) throws -> [String: String] {
        var rest = try #require(bytes)[...]
        var fields: [String: String] = [:]
        while let end = rest.firstIndex(of: 0x0a) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if let sign = line.firstIndex(of: UInt8(ascii: "=")) {
                let name = String(decoding: line[..<sign], as: UTF8.self)
                fields[name] = String(decoding: line[(sign + 1)...], as: UTF8.self)
            } else {
                let length = try #require(
                    rest.count > 8 ? rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) } : nil)
                let value = rest.dropFirst(8).prefix(length)
                try #require(value.count == length)
                fields[String(decoding: line, as: UTF8.self)] = String(decoding: value, as: UTF8.self)
                rest = rest.dropFirst(8 + length)
                #expect(rest.popFirst() == 0x0a)
            }
        }
        #expect(rest.isEmpty, "the last field ends, too")
        return fields
    }

    @Test func anEntryHasItsFields() throws {
        journal().write("step done", .warning, fields: ["job": "net", "attempt": "2", "step": "40"])
        let expected = [
            "MESSAGE": "step done", "PRIORITY": "4", "SYSLOG_IDENTIFIER": "alexnetd", "ALEXNETD_JOB": "net",
            "ALEXNETD_ATTEMPT": "2", "ALEXNETD_STEP": "40",
        ]
        #expect(try fields(receiver.next()) == expected)
        #expect(receiver.next() == nil)
        #expect(fallenBack == "")
    }

    @Test(arguments: [
        (Logger.Level.trace, "7"), (.debug, "7"), (.info, "6"), (.notice, "5"), (.warning, "4"),
        (.error, "3"), (.critical, "2"),
    ])
    func levelsArePriorities(_ level: Logger.Level, _ priority: String) throws {
        journal().write("x", level)
        #expect(try fields(receiver.next())["PRIORITY"] == priority)
    }

    /// Else a message could write fields of its own.
    @Test func lineBreaksStayInTheirField() throws {
        let message = "first\nPRIORITY=0\n\nMESSAGE=forged\n"
        journal().write(message, .info, fields: ["a\nB=c d": "e\nF=g", "äß=": ""])
        let found = try fields(receiver.next())
        #expect(found["MESSAGE"] == message)
        #expect(found["PRIORITY"] == "6")
        #expect(found["ALEXNETD_A_B_C_D"] == "e\nF=g")
        #expect(found.count == 5)
        for name in found.keys { #expect(name.wholeMatch(of: /[A-Z][A-Z0-9_]{0,63}/) != nil, "\(name)") }
    }

    @Test func whatIsTooLargeIsCut() throws {
        let message = String(repeating: "🙂", count: 1 << 20)
        journal().write(message, .info, fields: ["job": String(repeating: "n", count: 1 << 20)])
        let found = try fields(receiver.next())
        let cut = try #require(found["MESSAGE"])
        #expect(cut.hasPrefix("🙂🙂🙂") && cut.hasSuffix("🙂 … (cut)"), "whole characters")
        #expect(cut.utf8.count > 50_000)
        #expect(found["ALEXNETD_JOB"]?.count == 1024)
        #expect(fallenBack == "")
    }

    @Test(arguments: ["/no/such/socket", "relative"]) func withoutASocketItIsSaidOnStandardError(
        _ socket: String
    ) {
        journal(socket).write("one\ntwo", .error)
        #expect(fallenBack == "<3>one\n<3>two\n")
    }

    @Test func isConnectedOnlyWhereTheStreamIsTheDescriptor() throws {
        var facts = stat()
        try #require(fstat(fallback.rawValue, &facts) == 0)
        func isConnected(_ stream: String?) -> Bool {
            Journal.isConnected(to: fallback, environment: stream.map { ["JOURNAL_STREAM": $0] } ?? [:])
        }
        #expect(isConnected("\(facts.st_dev):\(facts.st_ino)"))
        for other in [nil, "", "\(facts.st_dev):\(facts.st_ino)0", "\(facts.st_dev)"] {
            #expect(!isConnected(other))
        }
    }

    // MARK: Behind swift-log

    func output(_ level: Logger.Level = .info) throws -> LogOutput {
        var facts = stat()
        try #require(fstat(fallback.rawValue, &facts) == 0)
        let environment = ["JOURNAL_STREAM": "\(facts.st_dev):\(facts.st_ino)"]
        return LogOutput(
            level, environment: environment, descriptor: fallback, socket: FilePath(receiver.name))
    }

    @Test func metadataAreFields() throws {
        let output = try output()
        var log = Logger(label: "test") { output.handler(label: $0) }
        log[metadataKey: "job"] = "net"
        log[metadataKey: "attempt"] = "1"
        log.info("begins", metadata: ["attempt": "2"])
        let found = try fields(receiver.next())
        #expect(found["MESSAGE"] == "begins")
        #expect(found["ALEXNETD_JOB"] == "net")
        #expect(found["ALEXNETD_ATTEMPT"] == "2", "the line's own go first")
        log.info("plain")
        #expect(try fields(receiver.next())["ALEXNETD_ATTEMPT"] == "1")
    }

    @Test func theLevelChangesForEveryLoggerAtOnce() throws {
        let output = try output()
        let logs = [
            Logger(label: "a") { output.handler(label: $0) },
            Logger(label: "b") { output.handler(label: $0) },
        ]
        for log in logs { log.debug("unheard") }
        #expect(receiver.next() == nil)
        output.level = .debug
        for log in logs { log.debug("heard") }
        #expect(try fields(receiver.next())["MESSAGE"] == "heard")
        #expect(try fields(receiver.next())["MESSAGE"] == "heard")
        output.level = .critical
        for log in logs { log.error("unheard") }
        #expect(receiver.next() == nil)
    }
}
