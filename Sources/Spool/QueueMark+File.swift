// Making a mark and taking it away.

internal import Files
internal import Foundation
internal import Glibc
package import Jobs
internal import SystemPackage

extension QueueMark {
    /// Longer text is cut when it is read.
    private static let longestText = 200

    /// - Parameter text: one line: who and why.
    /// - Returns: false if it lay there already, which leaves it as it is.
    /// - Throws: `folder`.
    package func make(in root: RootFolder, _ text: String) throws(SpoolError) -> Bool {
        do {
            try path(in: root).create(with: (text + "\n").utf8, permissions: JobFolder.permissions)
            return true
        } catch Errno.fileExists {
            return false
        } catch {
            throw SpoolError(
                .folder, "\(path(in: root)) cannot be made; check space and permissions", cause: error)
        }
    }

    /// - Returns: false if there was none.
    /// - Throws: `folder`.
    package func remove(in root: RootFolder) throws(SpoolError) -> Bool {
        guard unlink(path(in: root).string) == 0 else {
            let reason = Errno(rawValue: errno)
            if reason == .noSuchFileOrDirectory { return false }
            throw SpoolError(
                .folder, "\(path(in: root)) cannot be removed; check permissions", cause: reason)
        }
        do {
            try root.jobs.syncFolder()
        } catch {
            throw SpoolError(.folder, "the folder \(root.jobs) cannot be synced to disk", cause: error)
        }
        return true
    }

    /// Whether the daemon holds the queue for the mark that lies there now: from then on nothing new starts.
    package func isObeyed(in root: RootFolder) -> Bool {
        guard let token = token(in: root) else { return false }
        return (try? root.hold.contentsIfPresent()) == token
    }

    /// Of the daemon, once it holds the queue: lets others know. Where the disk has no room they wait.
    package static func obey(_ mark: QueueMark?, in root: RootFolder) {
        guard let token = mark?.token(in: root) else { return _ = unlink(root.hold.string) }
        if (try? root.hold.contentsIfPresent()) == token { return }
        try? root.hold.replaceContents(with: token, durable: false)
    }

    /// Names this very file, and no earlier one of the name.
    private func token(in root: RootFolder) -> Data? {
        FileIdentity(path(in: root)).map { Data("\(rawValue) \($0.inode) \($0.modified)\n".utf8) }
    }

    /// Its first line; nil where it says nothing, or cannot be read.
    package func text(in root: RootFolder) -> String? {
        // As strict as with a job file: anybody may have put anything there.
        guard let bytes = try? JobFile.read(path(in: root)) else { return nil }
        let line = String(decoding: bytes.prefix { $0 != 0x0a }, as: UTF8.self).prefix(Self.longestText)
        let text = line.trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }
}
