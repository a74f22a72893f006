// events.out.tfevents.1700000000.host.4711.alexnetd
//
// Every reader opens what has "tfevents" in its name and orders a run's files by name, so the ten digits of seconds
// since 1970 are what puts attempts in order. The ending says whose file it is, even of one torn in its first record.

internal import Foundation
internal import SystemPackage

enum EventFileName {
    private static let prefix = "events.out.tfevents."
    private static let ending = ".alexnetd"
    /// More would need an eleventh digit and sort before everything else.
    private static let newestStamp = 9_999_999_999

    /// What a new file in a folder that holds `others` is called: it sorts behind all of them even when the clock
    /// has stepped back.
    static func next(after others: [String], now: Double) -> String {
        let newest = others.compactMap(stamp).max() ?? 0
        let stamp = min(max(Int(now), newest + 1), newestStamp)
        return prefix + String(repeating: "0", count: max(0, 10 - "\(stamp)".count)) + "\(stamp)"
            + ".\(host).\(getpid())" + ending
    }

    static func isOurs(_ name: String) -> Bool {
        name.hasPrefix(prefix) && name.hasSuffix(ending)
    }

    /// The names of all event files in a folder, in the order of every reader: by their bytes.
    static func all(in folder: FilePath) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.string)
                .filter { $0.contains("tfevents") }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw TensorBoardError(.inputOutput, "cannot list the event files in \(folder)", cause: error)
        }
    }

    /// Seconds in a name, nil where the name is not made like ours or another program's clock was absurd.
    private static func stamp(_ name: String) -> Int? {
        guard name.hasPrefix(prefix) else { return nil }
        let digits = name.dropFirst(prefix.count).prefix { $0 != "." }
        guard digits.count == 10, let stamp = Int(digits), stamp < newestStamp else { return nil }
        return stamp
    }

    private static var host: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
