// What a run log has to tell about the files it found and the steps it saw again: each at most once an attempt.

package import SystemPackage

package enum Finding: Hashable, Sendable, CustomStringConvertible {
    /// The last record was not all there: its writer was interrupted. It is cut off at this offset.
    case tornTail(FilePath, at: Int)
    /// What lies behind this offset cannot be read.
    case badLength(FilePath, at: Int)
    /// Records that do not match their checksum or are no events.
    case unreadableRecords(FilePath, count: Int)
    /// An event file of another program: its points are shown among the run's.
    case foreign(FilePath)
    /// Every point computed again is bit for bit the one on the disk.
    case continuous(points: Int, through: Int)
    /// The first point that came out differently. The written one stands.
    case diverged(tag: String, step: Int, written: Float, computed: Float)
    /// The first histogram or image that came out differently. The written one stands.
    case redrawn(tag: String, step: Int)
    /// Of these hyper-parameters the first stand, as "key: first → now".
    case hyperparametersChanged([String])

    /// Whether a person should look at it.
    package var isWarning: Bool {
        switch self {
        case .tornTail, .continuous, .hyperparametersChanged: false
        case .badLength, .unreadableRecords, .foreign, .diverged, .redrawn: true
        }
    }

    package var description: String {
        switch self {
        case .tornTail(let path, let offset): "\(path): cut a torn record off at byte \(offset)"
        case .badLength(let path, let offset):
            "\(path): damaged at byte \(offset); the points behind it cannot be read"
        case .unreadableRecords(let path, let count): "\(path): \(count) damaged records are left out"
        case .foreign(let path): "\(path): another program's; TensorBoard shows its points among this run's"
        case .continuous(let points, let step):
            "the curves continue exactly: \(points) points up to step \(step) came out as they were written"
        case .diverged(let tag, let step, let written, let computed):
            "\(tag) at step \(step) was written as \(written) and came out as \(computed) now: this machine or "
                + "its libraries compute differently. The written points stand"
        case .redrawn(let tag, let step):
            "\(tag) at step \(step) came out differently from what was written: this machine or its libraries "
                + "compute differently. The written points stand"
        case .hyperparametersChanged(let changes):
            "TensorBoard's HPARAMS tab keeps the first value of \(changes.joined(separator: ", "))"
        }
    }
}
