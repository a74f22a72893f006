// One key of a job that no file gives: KEY=VALUE of the command line, or a folder in place of a job. It goes before what
// the file says, and an error in it names the option instead of a line of the file.

internal import SystemPackage

package struct JobSetting: Sendable {
    /// What gave it, as a message names it; nil where the problem says enough.
    private let place: String?
    /// Dotted: "checkpoint.every".
    let key: String
    private let value: JobNode

    /// - Parameter text: KEY=VALUE, the value as a job file would have it, in YAML.
    /// - Throws: what is wrong with it, naming the option.
    package init(_ text: String) throws(JobError) {
        let shown = text.unicodeScalars.prefix(60).map { $0.value < 0x20 ? " " : Character($0) }
        let place = "--set \(String(shown))" + (text.unicodeScalars.count > 60 ? "…" : "")
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !path.contains(where: \.isEmpty) else {
            throw JobError(
                .syntax,
                "is not KEY=VALUE; write for example --set learning_rate=0.02 or --set checkpoint.every=1h",
                file: place)
        }
        guard path.count <= JobNode.deepest else { throw JobNode.tooDeep(place, 1) }
        do {
            let value = try JobNode.parsed(Array(parts[1].utf8), file: "")
            self.value = value ?? JobNode(.scalar("", quoted: false), line: 1)
        } catch {
            throw JobError(error.code, error.problem, file: place, key: error.key, cause: error.cause)
        }
        (self.place, key) = (place, String(parts[0]))
    }

    /// A folder that a command names where it could name a job.
    init(dataset: FilePath) {
        (place, key) = (nil, "dataset")
        value = JobNode(.scalar(dataset.string, quoted: true), line: 1)
    }

    /// The job with this key in place of what it has there. What is no mapping is left to its reader to refuse.
    func applied(to job: JobNode) throws(JobError) -> JobNode {
        guard case .map = job.content else { return job }
        return try replacing(key.split(separator: ".")[...], in: job)
    }

    private func replacing(_ path: ArraySlice<Substring>, in node: JobNode) throws(JobError) -> JobNode {
        guard let name = path.first.map(String.init) else { return value }
        var entries: [JobNode.Entry] = []
        switch node.content {
        case .map(let given): entries = given
        case .scalar("", quoted: false): break
        default:
            let outer = key.split(separator: ".").dropLast(path.count).joined(separator: ".")
            throw JobError(
                .wrongType,
                "\(outer) is \(node.shown) in the job, which holds no \(name); give the whole of it, with "
                    + "--set \(outer)=…",
                file: place)
        }
        let index = entries.firstIndex { $0.key == name }
        let old = index.map { entries[$0] }
        let within = try replacing(path.dropFirst(), in: old?.value ?? JobNode(.map([]), line: node.line))
        let entry = JobNode.Entry(key: name, line: old?.line ?? node.line, value: within)
        // However often the file has it; but a mapping that it has twice is still its own mistake.
        if path.count == 1 {
            entries.removeAll { $0.key == name }
        } else if let index {
            entries.remove(at: index)
        }
        entries.insert(entry, at: index ?? entries.endIndex)
        return JobNode(.map(entries), line: node.line)
    }
}

extension [JobSetting] {
    /// The error as it stands, or with the setting that is at fault in place of a line of the file.
    func placing(_ error: JobError) -> JobError {
        guard let key = error.key else { return error }
        var setting = last { key == $0.key || key.hasPrefix($0.key + ".") }
        // What encloses a setting may be wrong by it, but is not there twice by it.
        if error.code != .duplicateKey { setting = setting ?? last { $0.key.hasPrefix(key + ".") } }
        return setting?.placing(error) ?? error
    }
}

extension JobSetting {
    fileprivate func placing(_ error: JobError) -> JobError {
        JobError(
            error.code, error.problem, file: place, key: error.key == key ? nil : error.key,
            cause: error.cause)
    }
}
