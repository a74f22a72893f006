// What can be wrong with comma-separated values. Whoever knows the file puts its name before this.

package struct CSVError: Error, CustomStringConvertible, Hashable, Sendable {
    /// From 1.
    package let line: Int
    package let problem: String

    package init(line: Int, problem: String) { (self.line, self.problem) = (line, problem) }

    package var description: String { "line \(line): \(problem)" }
}
