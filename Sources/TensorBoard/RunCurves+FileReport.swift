// What of a file is not among a run's curves.

package import SystemPackage

extension RunCurves {
    package struct FileReport: Hashable, Sendable, CustomStringConvertible {
        package let path: FilePath
        /// Records that do not match their checksum or are no events.
        package internal(set) var unreadableRecords = 0
        /// Values said to be scalars that are none.
        package internal(set) var unreadableScalars = 0
        /// Where the last record begins, which is not all there; a running program may be writing it.
        package internal(set) var tornAt: Int?
        /// Where a length begins that does not match its checksum.
        package internal(set) var badLengthAt: Int?
        /// Why the file, or its rest, could not be read.
        package internal(set) var failure: String?

        init(path: FilePath) { self.path = path }

        /// Whether the file was read to its end and every record of it.
        package var isWhole: Bool { self == FileReport(path: path) }

        package var description: String {
            func counted(_ count: Int, _ one: String, _ many: String) -> String? {
                count == 0 ? nil : count == 1 ? "1 \(one)" : "\(count) \(many)"
            }
            let parts = [
                counted(unreadableRecords, "damaged record is left out", "damaged records are left out"),
                counted(unreadableScalars, "scalar is no single number", "scalars are no single numbers"),
                tornAt.map { "ends in a torn record at byte \($0)" },
                badLengthAt.map { "damaged at byte \($0); what lies behind it cannot be read" },
                failure.map { "cannot be read: \($0)" },
            ].compactMap { $0 }
            return "\(path): " + (parts.isEmpty ? "whole" : parts.joined(separator: "; "))
        }
    }
}
