// The rule of names: NAME.yml, NAME.yaml or NAME.json becomes the run NAME.

package struct JobName: Hashable, Sendable {
    package static let extensions = ["yml", "yaml", "json"]
    /// Leaves room for ".error.txt" and the like in a file name of 255 bytes.
    package static let longest = 128

    /// NAME: the run's name.
    package let stem: String
    /// NAME.yml as it lies in the folder.
    package let fileName: String

    /// - Throws: `badName` with the rule.
    package init(fileName: String) throws(JobError) {
        guard let (stem, _) = Self.split(fileName) else {
            throw JobError(
                .badName, "a job file is called NAME.yml, NAME.yaml or NAME.json", file: Self.shown(fileName))
        }
        guard Self.isValid(stem: stem) else {
            throw JobError(
                .badName,
                "the name \"\(Self.shown(stem))\" cannot be a run's; use letters, digits, '.', '_' and '-', begin "
                    + "with a letter or digit, and stay within \(Self.longest) characters"
                    + (stem.utf8.count > Self.longest ? " (it has \(stem.utf8.count))" : ""),
                file: Self.shown(fileName))
        }
        (self.stem, self.fileName) = (stem, fileName)
    }

    /// Whether the file looks meant as a job, its name right or wrong (`A.YML`): dotfiles, editors' leftovers (`4913`, `.swp`,
    /// `a.yml~`, `#a.yml#`) and files of other kinds are not.
    package static func isMeant(fileName: String) -> Bool {
        !fileName.hasPrefix(".") && split(fileName.lowercased()) != nil
    }

    /// `[A-Za-z0-9][A-Za-z0-9._-]*`
    package static func isValid(stem: String) -> Bool {
        func isAlphanumeric(_ c: UInt8) -> Bool {
            (0x30...0x39).contains(c) || (0x41...0x5a).contains(c) || (0x61...0x7a).contains(c)
        }
        let bytes = stem.utf8
        guard let first = bytes.first, isAlphanumeric(first), bytes.count <= longest else { return false }
        return bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2e || $0 == 0x5f || $0 == 0x2d }
    }

    /// A stem that looks like the text: "Caltech 256 (new)" makes "Caltech-256-new". Nil where nothing of it can stay.
    package static func stem(like text: String) -> String? {
        let words = text.split { !isValid(stem: "0\($0)") }.joined(separator: "-")
        let stem = words.drop { !isValid(stem: "\($0)") }.prefix(longest)
        return stem.isEmpty ? nil : String(stem)
    }

    private static func split(_ fileName: String) -> (stem: String, ending: String)? {
        for ending in extensions where fileName.hasSuffix("." + ending) {
            return (String(fileName.dropLast(ending.count + 1)), ending)
        }
        return nil
    }

    /// One line, printable and of bounded length, whatever the name holds.
    private static func shown(_ name: String) -> String {
        let scalars = name.unicodeScalars.prefix(80).map {
            $0.value < 0x20 || $0.value == 0x7f ? "?" : String($0)
        }
        return scalars.joined()
    }
}
