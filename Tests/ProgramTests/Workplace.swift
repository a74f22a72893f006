// A root of its own, images to train on, and what a test does there with jobs and the program.

import Checkpoints
import Datasets
import Foundation
import Jobs
import SystemPackage
import TemporaryFolders

final class Workplace {
    /// Goes with the workplace: the root, the images and the job files of a bare `train`.
    let folder: TemporaryFolder
    let root: RootFolder
    let images: FilePath
    /// Added to that of every program.
    var environment: [String: String] = [:]

    /// Three classes of twelve training images, drawn anew: nine steps of four images per epoch.
    init(_ images: SyntheticImages = .small) throws {
        folder = try TemporaryFolder()
        root = RootFolder(folder.path.appending("root"))
        self.images = folder.path.appending("images")
        try images.write(to: self.images)
    }

    /// Another root with the images of `other`, which must outlive it, and the algorithms for a GPU that were chosen there:
    /// where they are measured anew, sums may be cut otherwise.
    init(sharing other: Workplace) throws {
        folder = try TemporaryFolder()
        root = RootFolder(folder.path.appending("root"))
        images = other.images
        environment = other.environment
        let files = FileManager.default
        let chosen = (try? files.contentsOfDirectory(atPath: other.root.cache.string)) ?? []
        for name in chosen where name.hasPrefix("plans-") {
            try files.createDirectory(atPath: root.cache.string, withIntermediateDirectories: true)
            try files.copyItem(
                atPath: other.root.cache.appending(name).string, toPath: root.cache.appending(name).string)
        }
    }

    var job: SmallJob { SmallJob(dataset: images.string) }

    // MARK: A run of its own

    func run(_ name: String = "net") -> RunFolder { root.run(name) }

    /// Starts `alexnetd train` on a job, whose file is written for it.
    func train(
        _ job: SmallJob, _ name: String = "net", with faults: Faults? = nil,
        environment: [String: String] = [:]
    ) throws -> Program {
        let file = folder.path.appending("\(name).yml")
        try job.text.write(toFile: file.string, atomically: true, encoding: .utf8)
        return try Program(
            ["train", file.string, "--root", root.path.string],
            environment: self.environment.merging(environment) { $1 }
                .merging(faults?.environment() ?? [:]) { $1 })
    }

    /// Trains to the end of the process.
    @discardableResult
    func trained(
        _ job: SmallJob, _ name: String = "net", with faults: Faults? = nil, within seconds: Double = 120
    ) async throws -> Program {
        let program = try train(job, name, with: faults)
        try await program.end(within: seconds)
        return program
    }

    func store(_ name: String = "net") -> CheckpointStore {
        CheckpointStore(folder: run(name).checkpoints, keep: nil)
    }

    func status(_ name: String = "net") -> RunStatus? { RunStatus.load(run(name).status) }

    // MARK: A daemon

    /// - Parameter faults: the daemon's own; its workers have none.
    func serve(with faults: Faults? = nil) throws -> Program {
        try Program(
            ["serve", "--root", root.path.string],
            environment: environment.merging(faults?.environment() ?? [:]) { $1 })
    }

    /// Drops a job as `mv` does.
    func drop(_ text: String, _ fileName: String) throws {
        let file = folder.path.appending(fileName)
        try text.write(toFile: file.string, atomically: true, encoding: .utf8)
        try FileManager.default.moveItem(atPath: file.string, toPath: root.jobs.appending(fileName).string)
    }

    func exists(_ path: FilePath) -> Bool { FileManager.default.fileExists(atPath: path.string) }

    func text(_ path: FilePath) -> String {
        (try? String(contentsOfFile: path.string, encoding: .utf8)) ?? ""
    }
}

extension SyntheticImages {
    static let small = SyntheticImages(classes: 3, trainPerClass: 12, validationPerClass: 3, sides: 256...256)
}
