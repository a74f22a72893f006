// How a command looks at images.

import ArgumentParser
import Foundation
import InputPipeline

struct PredictionOptions: ParsableArguments {
    /// There is one engine.
    enum Device: String, CaseIterable, ExpressibleByArgument { case auto, cpu }

    @Option(
        help: ArgumentHelp(
            "1: the middle of each image; 10: corners, middle and mirrors, their probabilities averaged.",
            valueName: "n"))
    var views: Views?
    @Option(help: "auto or cpu.")
    var device: Device = .auto
    @Option(help: ArgumentHelp("Threads (default: all cores).", valueName: "n"))
    var threads: Int?
    @Flag(help: "JSON instead of text.")
    var json = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads is 1 to 1024") }
    }

    var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
}

extension Views: ExpressibleByArgument {
    public static var allValueStrings: [String] { allCases.map { "\($0.rawValue)" } }
}
