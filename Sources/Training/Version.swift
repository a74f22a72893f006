// The program's version: `alexnetd --version`, and part of what a run's numbers were computed with.

package enum Version {
    package static let text = "0.1.0"
}
