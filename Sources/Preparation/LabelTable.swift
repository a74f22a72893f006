// What images show, as a file says it: CSV with a header (image, class, perhaps split) or without one (image, class), or
// a JSON object of image → label.

internal import CSV
internal import Datasets
internal import JSON

package struct LabelTable {
    struct Row: Hashable {
        let image: String
        let label: String
        let split: Dataset.Split?
        let line: Int
    }

    private(set) var rows: [Row] = []
    let isJSON: Bool

    private static let imageColumns = [
        "image", "image_id", "imageid", "file", "filename", "file_name", "path", "name",
    ]
    private static let labelColumns = ["class", "label", "category", "class_name", "target", "breed"]
    private static let splitColumns = ["split", "set", "subset"]
    private static let splits: [String: Dataset.Split] = [
        "train": .train, "training": .train, "val": .validation, "valid": .validation,
        "validation": .validation,
        "test": .test,
    ]

    /// - Throws: `PreparationError.invalid`, with the line.
    package init(_ name: String, _ bytes: [UInt8]) throws {
        isJSON = bytes.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
        do {
            rows = try isJSON ? Self.json(bytes) : Self.csv(bytes)
        } catch let error as CSVError {
            throw PreparationError(.invalid, "\(name), line \(error.line): \(error.problem)")
        } catch let error as JSONError {
            throw PreparationError(.invalid, "\(name), line \(error.line): \(error.problem)")
        }
        guard !rows.isEmpty else { throw PreparationError(.invalid, "\(name) names no image") }
    }

    private static func json(_ bytes: [UInt8]) throws -> [Row] {
        guard case .object(let members) = try JSONNode(bytes, deepest: 4).content else {
            throw JSONError(line: 1, problem: "an object of image → label is expected")
        }
        return try members.map { member in
            guard let label = member.value.scalar else {
                throw JSONError(
                    line: member.line, problem: "the label of \(member.key) is neither text nor a number")
            }
            return Row(image: member.key, label: label, split: nil, line: member.line)
        }
    }

    private static func csv(_ bytes: [UInt8]) throws -> [Row] {
        var csv = CSVReader(bytes)
        guard let first = try csv.next() else { return [] }
        let header = first.fields.map { $0.lowercased() }
        func column(_ names: [String]) -> Int? { header.firstIndex { names.contains($0) } }
        var rows: [Row] = []
        let (image, label, split) = (column(imageColumns), column(labelColumns), column(splitColumns))
        func add(_ row: CSVReader.Row, _ image: Int, _ label: Int, _ split: Int?) throws(CSVError) {
            var part: Dataset.Split?
            if let split {
                part = splits[row.fields[split].lowercased()]
                guard part != nil else {
                    throw CSVError(
                        line: row.line,
                        problem: "the split “\(row.fields[split])” is none of train, val and test")
                }
            }
            rows.append(Row(image: row.fields[image], label: row.fields[label], split: part, line: row.line))
        }
        if image == nil || label == nil {
            guard header.count == 2, image == nil, label == nil else {
                throw CSVError(
                    line: first.line,
                    problem:
                        "the columns “image” and “class” are expected, not \(first.fields.joined(separator: ", "))"
                )
            }
            try add(first, 0, 1, nil)
        }
        while let row = try csv.next() { try add(row, image ?? 0, label ?? 1, split) }
        return rows
    }
}

extension JSONNode {
    /// Text, or a number as it is written.
    var scalar: String? {
        switch content {
        case .string(let text): text
        case .word(let word) where !["true", "false", "null"].contains(word): word
        default: nil
        }
    }
}
