// Which plan was the fastest, measured once per machine: a JSON file per kind of device, to be read and, to measure again,
// deleted. The choices decide how sums are grouped, so they belong to what must be equal for a resumed training to go on
// with the same bits.
//
//   1. An entry that is there and works is never replaced: of two processes that measure at a time the first one's choice
//      holds for both (`plans.lock`, flock).
//   2. The file is replaced as a whole. What of it cannot be read counts as not there.

internal import CCUDA
internal import Files
internal import Foundation
internal import Glibc
internal import SystemPackage

final class PlanCache {
    private let file: FilePath
    private let lock: FilePath
    private let device: String
    /// What this process has used: choices by key.
    private var used: [String: String] = [:]

    /// - Parameter folder: made where it is missing.
    init(folder: FilePath, device: DeviceDescription) throws {
        let capability = "\(device.capability.x).\(device.capability.y)"
        self.device = "\(device.name), capability \(capability), \(device.multiprocessors) multiprocessors"
        let name = "\(device.name)-\(capability)-\(device.multiprocessors)"
            .map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
        file = folder.appending("plans-\(String(name)).json")
        lock = folder.appending("plans.lock")
        do { try folder.makeFolder() } catch let error as Errno { throw Self.failure("make", folder, error) }
    }

    /// For a fingerprint of the numerics: what was chosen so far, in a fixed order.
    var choices: String {
        "\(device)\n" + used.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
    }

    // MARK: - Entries

    /// - Returns: nil for what was not measured here.
    func choice(_ key: String) throws -> String? { try read()[key]?.choice }

    /// Notes what is used from now on, for `choices`.
    func use(_ choice: String, for key: String) { used[key] = choice }

    /// Keeps a choice, unless another process has kept one meanwhile.
    /// - Parameters:
    ///   - microseconds: nil where nothing was measured, as there was no choice.
    ///   - useless: what was kept before and does not work.
    /// - Returns: what is kept now.
    func keep(_ choice: String, microseconds: Double?, for key: String, insteadOf useless: String?) throws
        -> String
    {
        do {
            let descriptor = try FileDescriptor.open(
                lock, .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
            return try descriptor.closeAfter {
                // Released with the descriptor.
                while flock(descriptor.rawValue, LOCK_EX) != 0 {
                    if errno != EINTR { throw Errno(rawValue: errno) }
                }
                var entries = try read()
                if let kept = entries[key]?.choice, kept != useless { return kept }
                entries[key] = Entry(choice: choice, microseconds: microseconds)
                try write(entries)
                return choice
            }
        } catch let error as Errno {
            throw Self.failure("write", file, error)
        }
    }

    // MARK: - The file

    private struct Entry: Codable {
        var choice: String
        var microseconds: Double?
    }

    private struct Contents: Codable {
        var device: String
        var plans: [String: Readable]
    }

    /// An entry, or what cannot be read as one.
    private struct Readable: Codable {
        var entry: Entry?

        init(_ entry: Entry) { self.entry = entry }
        init(from decoder: any Decoder) { entry = try? Entry(from: decoder) }
        func encode(to encoder: any Encoder) throws { try entry?.encode(to: encoder) }
    }

    private func read() throws -> [String: Entry] {
        let data: Data?
        do { data = try file.contentsIfPresent() } catch let error as Errno {
            throw Self.failure("read", file, error)
        }
        guard let data, let contents = try? JSONDecoder().decode(Contents.self, from: data),
            contents.device == device
        else { return [:] }
        return contents.plans.compactMapValues(\.entry)
    }

    private func write(_ entries: [String: Entry]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let contents = Contents(device: device, plans: entries.mapValues(Readable.init))
        try file.replaceContents(with: encoder.encode(contents), durable: true)
    }

    private static func failure(_ doing: String, _ path: FilePath, _ error: Errno) -> CUDAError {
        CUDAError(
            .unavailable,
            "cannot \(doing) \(path), where the measured choice of GPU algorithms is kept: \(error)")
    }
}
