// `alexnetd prepare SOURCE DEST`: from a download to records that are read at full speed.

import ArgumentParser
import Daemon
import Foundation
import Preparation
import SystemPackage
import Training

struct PrepareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Make records of a labelled set of images, for training at full speed.",
        discussion: """
            SOURCE is one folder of images per class, with or without train/, val/ and test/ around them (Caltech-256 is \
            of this form); ILSVRC2012 as downloaded; images with a label file; or ImageNet's TFRecords. A tar will do for \
            a folder. It is only read.

            DEST becomes a folder that a job's `dataset` takes, and that TensorFlow reads: shards of tf.Example, an index, \
            the classes, the colours' statistics, a report of what was left out, and a manifest with checksums. It is there \
            when all of it is. Interrupted, the same command goes on.
            """)

    @Argument(help: ArgumentHelp("A folder or a tar file.", valueName: "SOURCE"))
    var source: String
    @Argument(help: ArgumentHelp("A folder that is not there yet, or empty.", valueName: "DEST"))
    var destination: String
    @Option(help: "jpeg, or raw: the 256 × 256 pixels that training from SOURCE would see, bare.")
    var format = PreparationSettings.Format.jpeg
    @Option(help: "Pixels of the shorter side.")
    var size = PreparationSettings().size
    @Flag(help: "Keep only the square in the middle.")
    var crop = false
    @Option(help: "Of JPEG, 1 to 100.")
    var quality = PreparationSettings().quality
    @Option(
        help: ArgumentHelp(
            "The share of each class to validate with, where SOURCE has no validation images.",
            valueName: "share"))
    var validation = PreparationSettings().validation
    @Option(help: "Of that choice, and of the order in the shards.")
    var seed = PreparationSettings().seed
    @Option(help: "Shards of the training images; of about 150 MB each unless given.")
    var shards: Int?
    @Option(
        help: ArgumentHelp(
            "What the images show: CSV (image,class[,split]) or JSON (image: label); or ILSVRC2012's labels.",
            valueName: "file"))
    var labels: String?
    @Option(
        help: ArgumentHelp(
            "Which label is which class: JSON (label: index), or ILSVRC2012's ids and synsets.",
            valueName: "file"))
    var classes: String?
    @Option(
        name: .customLong("leave-out"), parsing: .singleValue,
        help: ArgumentHelp(
            "A class to do without, such as 257.clutter; may be given again.", valueName: "class"))
    var leaveOut: [String] = []
    @Option(help: "Threads; all cores unless given.")
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads is 1 to 1024") }
        do {
            try settings.check()
        } catch {
            throw ValidationError(error.message)
        }
    }

    private var settings: PreparationSettings {
        var settings = PreparationSettings()
        (settings.format, settings.size, settings.crop, settings.quality) = (format, size, crop, quality)
        (settings.validation, settings.seed, settings.shards) = (validation, seed, shards)
        settings.leaveOut = leaveOut
        settings.source = SourceOptions(
            labels: labels.map { FilePath($0) }, classes: classes.map { FilePath($0) })
        return settings
    }

    func run() throws {
        let stop = StopFlag()
        let signals = SignalSubscription(SignalSubscription.endings) { stop.raise() }
        defer { withExtendedLifetime(signals) {} }
        let console = PreparationConsole()
        do {
            let outcome = try Preparation(FilePath(source), to: FilePath(destination), settings).run(
                threads: threads ?? ProcessInfo.processInfo.activeProcessorCount, report: console.show,
                shouldStop: { stop.isRaised })
            console.end(outcome)
        } catch {
            console.clear()
            throw ArgumentParser.ExitCode.ending(error)
        }
    }
}

extension PreparationSettings.Format: ExpressibleByArgument {}
