// alexnetd submit: a job file is checked, then dropped into jobs/.

import ArgumentParser
import Datasets
import Foundation
import Jobs
import Networks
import Spool
import SystemPackage
import Training

struct SubmitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Check job files and their data sets, and queue them.",
        discussion: """
            Copies each FILE into jobs/ once it is valid, whole and readable by the daemon's group; cp does as well, but \
            checks nothing. The name of a job that is over goes on with its run, from the last checkpoint. For example:

              alexnetd submit caltech.yml --name caltech-2
            """)

    @Argument(help: ArgumentHelp("A job file.", valueName: "file"))
    var files: [String]
    @Option(help: "The run's name, where it is not to be the file's.")
    var name: String?
    @OptionGroup var root: RootOptions

    func validate() throws {
        if name != nil, files.count > 1 { throw ValidationError("--name is for one file") }
    }

    func run() throws {
        let folder = try root.jobFolder()
        var failure: ArgumentParser.ExitCode?
        for file in files {
            do {
                try Output.write(try submit(file, to: folder).printable + "\n")
            } catch let code as ArgumentParser.ExitCode {
                throw code
            } catch {
                let code = ArgumentParser.ExitCode.ending(error)
                failure = failure ?? code
            }
        }
        if let failure { throw failure }
    }

    private func submit(_ file: String, to folder: JobFolder) throws -> String {
        let source = FilePath(file)
        let name = try jobName(source)
        do {
            let bytes = try JobFile.read(source)
            // As the daemon will: by the name it gets, and with no folder to be relative to.
            let job = try Job(bytes: bytes, FilePath(name.fileName), relativeTo: nil)
            if let old = Plan.load(folder.root.run(name.stem)) {
                // How far it has come is the worker's to know.
                _ = try job.plan.continuing(old, epochsBegun: 0)
            }
            let dataset = try job.dataset()
            _ = try job.initialWeights(for: job.plan.network(classes: dataset.classes.count))
            try folder.submit(bytes, as: name)
        } catch let error as JobError {
            // The file that the person has at hand, not the one it was to be.
            throw JobError(
                error.code, error.problem, file: file, line: error.line, key: error.key, cause: error.cause)
        }
        return "\(name.stem): queued; \(try folder.outlook(name.stem))"
    }

    /// What the file will be called in jobs/; its ending stays, since it tells JSON from YAML.
    private func jobName(_ source: FilePath) throws(JobError) -> JobName {
        let fileName = source.lastComponent?.string ?? ""
        func ending(_ name: String) -> String? { JobName.extensions.first { name.hasSuffix(".\($0)") } }
        guard let name else {
            guard ending(fileName) != nil else {
                throw JobError(
                    .badName,
                    "is called neither NAME.yml, NAME.yaml nor NAME.json; give it a name with --name",
                    file: source.string)
            }
            return try JobName(fileName: fileName)
        }
        let own = ending(fileName) ?? "yml"
        guard let given = ending(name) else { return try JobName(fileName: "\(name).\(own)") }
        guard given == own else {
            throw JobError(
                .badName, "has the ending .\(own), which tells how it is read; leave .\(given) out of --name",
                file: source.string)
        }
        return try JobName(fileName: name)
    }
}
