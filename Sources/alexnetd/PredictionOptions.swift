// How a command looks at images.

import ArgumentParser
import InputPipeline

struct PredictionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "1: the middle of each image; 10: corners, middle and mirrors, their probabilities averaged.",
            valueName: "n"))
    var views: Views?
    @OptionGroup var device: DeviceOptions
    @Flag(help: "JSON instead of text.")
    var json = false
}

extension Views: ExpressibleByArgument {
    public static var allValueStrings: [String] { allCases.map { "\($0.rawValue)" } }
}
