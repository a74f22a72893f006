package import Logging
package import SystemPackage

package struct Settings: Sendable {
    package var metrics: FilePath?
    package var logLevel = Logger.Level.info
    package var scanInterval = 2.0
    package var stallTimeout = 600.0
    package var stopTimeout = 150.0
    package var hookTimeout = 60.0
    package var maxAttempts = 10
    package init() {}
}
