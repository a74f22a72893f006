// What a training process takes of the machine does not grow with its epochs, though each decodes every image anew.

import Foundation
import Jobs
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct InputMemoryTests {
        private func megabytes(_ program: Program) throws -> Int {
            let words = try String(contentsOfFile: "/proc/\(program.pid)/statm", encoding: .utf8).split(
                separator: " ")
            return try #require(Int(words[1])) * 4096 >> 20
        }

        private func handles(_ program: Program) throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.pid)/fd").count
        }

        @Test func epochsTakeNoMoreMemoryAndFiles() async throws {
            let place = try Workplace()
            let job = place.job
                .with("augment", "[random_resized_crop, rotate, {color_jitter: {hue: 0.1}}]")
                .with("epochs", "200").with("checkpoint", "{every: 1h}").with(
                    "log", "{every: 1 epoch, images: none}")
            let program = try place.train(job)
            func reach(epoch: Int) throws {
                try eventually("epoch \(epoch)", within: 120) {
                    !program.isRunning || (place.status()?.epoch ?? 0) >= epoch
                }
                try #require(program.isRunning, "\(program.errorOutput)")
            }
            try reach(epoch: 4)
            let (before, files) = (try megabytes(program), try handles(program))
            try reach(epoch: 16)
            #expect(try megabytes(program) <= before + 8)
            #expect(try handles(program) <= files + 4)
            #expect(files < 64)
        }
    }
}
