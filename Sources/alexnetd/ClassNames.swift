// What --classes names: a text file with a class's name on each line, in the order of the network's outputs.

import ArgumentParser
import Foundation

enum ClassNames {
    /// - Throws: `ValidationError` where it is no text.
    static func read(_ path: String) throws -> [String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ValidationError(
                "\(path) cannot be read as text; --classes takes a class's name on each line")
        }
        return text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }
}
