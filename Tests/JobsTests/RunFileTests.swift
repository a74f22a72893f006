// Names, status, attempts and locks: the small files around a run.

import Files
import Foundation
import Jobs
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct JobNameTests {
    @Test(arguments: ["a.yml", "A9._-x.yaml", "0.json", "a.b.yml", "a.yml.json"]) func good(_ name: String)
        throws
    {
        let job = try JobName(fileName: name)
        #expect(job.fileName == name)
        #expect(JobName.isMeant(fileName: name))
    }

    @Test(arguments: [
        "-a.yml", "_a.yml", "a b.yml", "ä.yml", "a/b.yml", "a\n.yml", "a~.yml", "a.YML",
        String(repeating: "a", count: 129) + ".yml",
    ])
    func bad(_ name: String) {
        #expect(JobName.isMeant(fileName: name))
        let error = #expect(throws: JobError.self) { try JobName(fileName: name) }
        #expect(error?.code == .badName)
        #expect(error?.message.contains("\n") == false)
    }

    @Test(arguments: [
        ".a.yml", "a.yml~", "4913", ".a.yml.swp", "a.yml.tmp", "yml", "#a.yml#", ".yml",
    ])
    func notMeant(_ name: String) { #expect(!JobName.isMeant(fileName: name)) }

    @Test func stems() throws {
        #expect(try JobName(fileName: "a.b.yml").stem == "a.b")
        #expect(throws: JobError.self) { try JobName(fileName: "a.txt") }
    }
}

@Suite struct RunFileTests {
    @Test func statusSurvivesItsFile() throws {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("status.json")
        #expect(RunStatus.load(path) == nil)
        var status = RunStatus(
            state: .training, attempt: 3, updated: Date(timeIntervalSince1970: 1_700_000_000))
        (status.epoch, status.loss, status.message) = (2, 1.5, "a/b")
        try status.write(to: path)
        #expect(RunStatus.load(path) == status)
        status.loss = .nan
        try status.write(to: path)
        #expect(RunStatus.load(path)?.loss?.isNaN == true)
        try path.replaceContents(with: Array("{\"state\"".utf8), durable: false)
        #expect(RunStatus.load(path) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path.string) == ["status.json"])
    }

    @Test func attemptsAndCheckpoints() throws {
        let folder = try TemporaryFolder()
        let run = RunFolder(folder.path)
        #expect(run.newestCheckpointStep == -1)
        for name in ["step-00000900", "step-00012000", ".tmp-step-00013000", "step-00014000.corrupt"] {
            try FileManager.default.createDirectory(
                atPath: run.checkpoints.appending(name).string, withIntermediateDirectories: true)
        }
        #expect(run.newestCheckpointStep == 12000)
        var record = AttemptRecord()
        (record.attempts, record.withoutProgress, record.step) = (7, 2, 12000)
        try record.write(to: run.attempts)
        #expect(AttemptRecord.load(run.attempts) == record)
    }

    @Test func aLockHasOneHolder() throws {
        let folder = try TemporaryFolder()
        let path = folder.path.appending(".lock")
        #expect(!FileLock.isHeld(path))
        do {
            let lock = try FileLock(path)
            #expect(FileLock.isHeld(path))
            let error = #expect(throws: JobError.self) { try FileLock(path) }
            #expect(error?.code == .locked)
            #expect(error?.message.contains("process \(getpid())") == true)
            withExtendedLifetime(lock) {}
        }
        #expect(!FileLock.isHeld(path))
        _ = try FileLock(path)
    }

    @Test func jobFilesAreRegular() throws {
        let folder = try TemporaryFolder()
        let (link, fifo, real) = ("link.yml", "fifo.yml", "real.yml")
        try folder.path.appending(real).replaceContents(with: Array("dataset: /d".utf8), durable: true)
        symlink(real, folder.path.appending(link).string)
        mkfifo(folder.path.appending(fifo).string, 0o600)
        #expect(throws: Never.self) { try JobFile.read(folder.path.appending(link)) }
        for (name, word) in [(link, "symbolic link"), (fifo, "regular file"), ("none.yml", "does not exist")]
        {
            let error = #expect(throws: JobError.self) {
                try JobFile.read(folder.path.appending(name), followsLinks: false)
            }
            #expect(error?.message.contains(word) == true, "\(String(describing: error))")
        }
    }
}
