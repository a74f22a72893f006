// Which kernels are taken, and that the generated ones are what their generator writes.

import Foundation
import Testing

@testable import ComputeCPU

@Suite struct KernelPathTests {
    @Test func theBestIsTakenUnlessOneIsNamed() throws {
        #expect(try KernelPath.chosen("") == KernelPath.available[0])
        for path in KernelPath.available { #expect(try KernelPath.chosen(path.rawValue) == path) }
        #expect(KernelPath.available.suffix(2) == [.portable, .reference])
    }

    @Test(arguments: ["avx1024", "AVX2", "reference "]) func anUnknownNameIsRefused(_ name: String) {
        let error = #expect(throws: CPUError.self) { try KernelPath.chosen(name) }
        #expect(error?.code == .kernels)
        #expect(error?.message.contains("\"\(name)\"") == true)
        #expect(error?.message.contains("portable, reference") == true)
    }

    static let python = "/usr/bin/env"
    static let hasPython: Bool = (try? run(["python3", "-c", "0"])) != nil

    @Test(.enabled(if: hasPython, "needs python3"))
    func transformsAreWhatTheirGeneratorWrites() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/CKernels")
        let generator = folder.appendingPathComponent("winograd_transforms.py").path
        for (arguments, file) in [([], "winograd_transforms.h"), (["bf16"], "winograd_transforms_bf16.h")] {
            let made = try Self.run(["python3", generator] + arguments)
            #expect(
                try made == Data(contentsOf: folder.appendingPathComponent(file)), "regenerate \(file)")
        }
    }

    struct Failed: Error {}

    /// What a command prints.
    private static func run(_ arguments: [String]) throws -> Data {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed() }
        return data
    }
}
