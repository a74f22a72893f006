// `alexnetd preview JOB`: what a job's network will see, before it is trained.

import ArgumentParser
import Files
import Foundation
import Images
import Jobs
import SystemPackage
import Training

struct PreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Draw what a job's augmentation makes of its samples.",
        discussion: """
            A row for each sample, a column for each epoch: exactly the pixels that training will see, for they follow \
            from the seed, the epoch and the sample. For example:

              alexnetd preview caltech.yml --png sheet.png
            """)

    @Argument(help: "A job file or a data set's folder.")
    var spec: String
    @OptionGroup var options: JobOptions
    @OptionGroup var root: RootOptions
    @Option(help: ArgumentHelp("The picture to write.", valueName: "file"))
    var png: String
    @Option(help: ArgumentHelp("Rows.", valueName: "n"))
    var samples = 8
    @Option(help: ArgumentHelp("Columns.", valueName: "n"))
    var epochs = 6

    func validate() throws {
        guard (1...100).contains(samples) else { throw ValidationError("--samples is 1 to 100") }
        guard (1...100).contains(epochs) else { throw ValidationError("--epochs is 1 to 100") }
        guard !png.isEmpty else { throw ValidationError("--png is empty; give it a file") }
    }

    func run() throws {
        do {
            let job = try options.read(spec)
            let bar = ProgressLine()
            let sheet = try job.preview(samples: samples, epochs: epochs, cache: root.folder.cache) {
                bar.show($0, of: $1)
            }
            bar.clear()
            let image = sheet.draw()
            let path = FilePath.current.pushing(FilePath(png)).lexicallyNormalized()
            do {
                try path.replaceContents(with: Data(try PNGEncoder().encode(image)), durable: false)
            } catch {
                throw ValidationError("\(path) cannot be written: \(error)")
            }
            let rows = sheet.rows.enumerated().map {
                "row \($0 + 1): \($1.label)  \($1.name)".printable + "\n"
            }
            try Output.write(
                "\(sheet.title)\n" + rows.joined() + "\(path): \(image.width) × \(image.height) pixels\n")
        } catch {
            throw ArgumentParser.ExitCode.orOwn(error)
        }
    }
}
