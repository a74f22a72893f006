// journald's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): one datagram for each entry, its fields one after the
// other as
//
//   NAME=value\n                                  or, for a value with line breaks,
//   NAME\n  length as 64 bits, little-endian  value\n
//
// An entry that fits no datagram is cut; one that finds no journal goes to stderr, which leads there in its own way.

internal import Foundation
internal import Glibc
package import Logging
package import SystemPackage

package final class Journal: Sendable {
    package static let usualSocket: FilePath = "/run/systemd/journal/socket"
    /// In bytes, of a field that is not the message.
    private static let longestField = 1024

    private let socket: DatagramSocket?
    private let identifier: String
    private let fallback: FileDescriptor

    /// - Parameters:
    ///   - identifier: what `journalctl -t` asks for.
    ///   - fallback: takes what the socket does not.
    package init(
        identifier: String = "alexnetd", socket: FilePath = usualSocket,
        fallback: FileDescriptor = .standardError
    ) {
        self.identifier = identifier
        self.socket = DatagramSocket(socket.string)
        self.fallback = fallback
    }

    /// Whether systemd connected this very descriptor to the journal: $JOURNAL_STREAM has its device and inode
    /// (systemd.exec(5)).
    package static func isConnected(
        to descriptor: FileDescriptor,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Bool {
        var facts = stat()
        guard let stream = environment["JOURNAL_STREAM"], fstat(descriptor.rawValue, &facts) == 0 else {
            return false
        }
        return stream == "\(facts.st_dev):\(facts.st_ino)"
    }

    /// - Parameter fields: `job` becomes the field ALEXNETD_JOB, and so on.
    package func write(_ message: String, _ level: Logger.Level, fields: [String: String] = [:]) {
        guard let socket else { return fallBack(message, level) }
        var reason = socket.send(entry(message, level, fields))
        var kept = message.unicodeScalars.count
        while let refusal = reason, [.messageTooLong, .noBufferSpace].contains(refusal), kept > 1 {
            kept /= 2
            reason = socket.send(
                entry(String(message.unicodeScalars.prefix(kept)) + " … (cut)", level, fields))
        }
        if reason != nil { fallBack(message, level) }
    }

    /// A line for a descriptor that leads to the journal or a terminal: sd-daemon(3)'s "<N>" before each.
    private func fallBack(_ message: String, _ level: Logger.Level) {
        let lines = message.split(separator: "\n").map { "<\(level.priority)>\($0)\n" }.joined()
        _ = try? fallback.writeAll(lines.utf8)
    }

    private func entry(_ message: String, _ level: Logger.Level, _ fields: [String: String]) -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ name: String, _ value: String) {
            let value = Array(value.utf8)
            bytes += name.utf8
            if value.contains(0x0a) {
                bytes.append(0x0a)
                withUnsafeBytes(of: UInt64(value.count).littleEndian) { bytes += $0 }
            } else {
                bytes.append(UInt8(ascii: "="))
            }
            bytes += value
            bytes.append(0x0a)
        }
        append("PRIORITY", "\(level.priority)")
        append("SYSLOG_IDENTIFIER", identifier)
        append("MESSAGE", message)
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            let part = value.utf8.prefix(Self.longestField)
            append(Self.fieldName(key), String(decoding: part, as: UTF8.self))
        }
        return bytes
    }

    /// The journal takes capitals, digits and underscores, at most 64 of them.
    private static func fieldName(_ key: String) -> String {
        let name = key.uppercased().unicodeScalars.map { scalar in
            ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "_"
        }
        return String(("ALEXNETD_" + String(name)).prefix(64))
    }
}

extension Logger.Level {
    /// Of syslog(3).
    fileprivate var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
