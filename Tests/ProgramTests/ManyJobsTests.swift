// Fifty job files at once, half of them broken in different ways, by cp, mv and slow writers, with names that collide: each
// good one ends in done/, each bad one in failed/ with its reason.

import Foundation
import Jobs
import Spool
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct ManyJobsTests {
        struct Broken {
            let fileName: String
            let bytes: [UInt8]
            /// In failed/NAME.error.txt.
            let reason: String

            init(_ fileName: String, _ text: String, _ reason: String) {
                (self.fileName, bytes, self.reason) = (fileName, Array(text.utf8), reason)
            }

            init(_ fileName: String, bytes: [UInt8], _ reason: String) {
                (self.fileName, self.bytes, self.reason) = (fileName, bytes, reason)
            }
        }

        let place: Workplace
        let good: String
        let broken: [Broken]

        init() throws {
            place = try Workplace()
            let good = place.job.with("epochs", "1").with("batch_size", "36")
                .with("log", "{every: 2 steps, histograms: none, images: none}").text
            self.good = good
            broken = [
                Broken("key.yml", good + "epoch: 3\n", "epochs"),
                Broken("type.yml", good + "seed: many\n", "seed"),
                Broken("range.yml", good + "dropout: 1.5\n", "dropout"),
                Broken("twice.yml", good + "epochs: 2\n", "epochs"),
                Broken("nan.yml", good + "learning_rate: .nan\n", "learning_rate"),
                Broken("model.yml", good + "model: alexnt\n", "alexnet"),
                Broken("none.yml", "epochs: 3\n", "dataset"),
                Broken("empty.yml", "", "empty"),
                Broken("comments.yml", "# nothing\n", "comments"),
                Broken("tab.yml", "dataset:\t- x\n\t- y\n", "tab.yml"),
                Broken("open.yaml", "schedule: {plateau: {factor: 0.1\n", "open.yaml"),
                Broken("list.yml", "- dataset\n", "mapping"),
                Broken("anchor.yml", "dataset: &a /d\nmodel: *a\n", "anchors"),
                Broken("documents.yml", good + "---\n" + good, "document"),
                Broken("relative.yml", "dataset: images\n", "whole path"),
                Broken("home.yml", "dataset: ~/images\n", "~"),
                Broken("gone.yml", "dataset: /nowhere/at/all\n", "/nowhere/at/all"),
                Broken("json.json", "{\"dataset\": \"/d\",}", "json.json"),
                Broken("yaml.json", good, "yaml.json"),
                Broken("bytes.yml", bytes: [0x64, 0xff, 0xfe, 0x00, 0x3a], "UTF-8"),
                Broken("large.yml", bytes: [UInt8](repeating: 0x23, count: JobFile.largest + 1), "bytes"),
                Broken("two words.yml", good, "two words"),
                Broken("-dash.yml", good, "-dash"),
                Broken("SHOUT.YML", good, "NAME.yml"),
                Broken("good0.json", "{\"dataset\": \"/d\"}", "good0.yml"),
            ]
        }

        private func put(_ fileName: String, _ bytes: [UInt8], _ how: Int) throws {
            let path = place.root.jobs.appending(fileName)
            switch how % 3 {
            case 0:
                let file = try FileDescriptor.open(
                    path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
                try file.closeAfter { _ = try file.writeAll(bytes) }
            case 1:
                let aside = place.folder.path.appending(fileName)
                try Data(bytes).write(to: URL(fileURLWithPath: aside.string))
                #expect(rename(aside.string, path.string) == 0)
            default:
                // In pieces, each of which might be taken for the whole.
                let file = try FileDescriptor.open(
                    path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
                let half = bytes.count / 2
                try file.writeAll(bytes[..<half])
                Thread.detachNewThread {
                    Thread.sleep(forTimeInterval: 1)
                    _ = try? file.writeAll(bytes[half...])
                    try? file.close()
                }
            }
        }

        @Test func eachGoesWhereItBelongs() async throws {
            let daemon = try place.serve()
            try eventually("the daemon is up") { place.exists(place.root.failed) }
            let names = (0..<25).map { "good\($0).yml" }
            // The first of its name is to come first, and to be there still when the second comes; but not to draw
            // for minutes.
            let long = place.job.with("epochs", "200").with("batch_size", "36")
                .with("log", "{every: 2 steps, histograms: none, images: none}")
            try put("good0.yml", Array(long.text.utf8), 1)
            let folder = JobFolder(place.root)
            try eventually("it has begun") { folder.identity("good0.yml", in: .queued) == nil }
            for index in 0..<25 {
                if index > 0 { try put(names[index], Array(good.utf8), index) }
                try put(broken[index].fileName, broken[index].bytes, index + 1)
            }
            try eventually("all have come to their end", within: 240) {
                try folder.scan(.queued).isEmpty && folder.scan(.running).isEmpty
                    && folder.scan(.done).count + folder.scan(.failed).count == 50
            }
            for name in names { #expect(folder.identity(name, in: .done) != nil, "\(name)") }
            for job in broken {
                #expect(folder.identity(job.fileName, in: .failed) != nil, "\(job.fileName)")
                let stem = (try? JobName(fileName: job.fileName).stem) ?? job.fileName
                let reason = place.text(folder.errorText(stem: stem))
                #expect(reason.contains(job.reason), "\(job.fileName): \(reason)")
            }
            daemon.signal(SIGTERM)
            #expect(try await daemon.end() == .exited(0))
        }
    }
}
