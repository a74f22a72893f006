// The package's own files as text, and the imports in them.

import Foundation

struct SourceFile: CustomStringConvertible {
    /// From the package's root, for example "Sources/Compute/Engine.swift".
    let path: String
    let lines: [Substring]

    var description: String { path }
    /// The target it belongs to: the folder under Sources or Tests.
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    var imports: [Import] { lines.compactMap(Import.init) }
}

/// One import declaration.
struct Import: Equatable {
    /// "internal", "package"…; nil where none is written.
    let access: String?
    let module: String

    init(access: String?, module: String) { (self.access, self.module) = (access, module) }

    /// Nil if the line is no import.
    init?(_ line: Substring) {
        let pattern =
            /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)/
        guard let match = line.firstMatch(of: pattern) else { return nil }
        self.init(access: match.1.map(String.init), module: String(match.2))
    }
}

enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The folders under Sources: one for each target.
    static func targets() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("Sources").path)
            .filter { !$0.hasPrefix(".") }
    }

    /// The hand-written files under a folder of the root whose names end in one of `suffixes`.
    static func files(_ folder: String, _ suffixes: String...) throws -> [SourceFile] {
        let paths = try FileManager.default.subpathsOfDirectory(
            atPath: root.appendingPathComponent(folder).path)
        return try paths.sorted().filter { path in
            suffixes.contains { path.hasSuffix($0) } && !path.contains(".pb-c.")
                && !path.contains("winograd_transforms")
        }.map { path in
            let text = try String(
                contentsOf: root.appendingPathComponent("\(folder)/\(path)"), encoding: .utf8)
            return SourceFile(
                path: "\(folder)/\(path)",
                lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }
}
