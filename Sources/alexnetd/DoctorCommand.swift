// `alexnetd doctor`: what this machine offers, and what is missing.

import ArgumentParser

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Say what this machine offers to train on: CPU, GPUs, NVIDIA's libraries, and what is missing.",
        discussion: """
            A machine without a GPU is no error. NVIDIA's libraries are looked for in the loader's path, in CUDA's usual \
            folders and in NVIDIA's Python packages; $ALEXNETD_CUDA_LIBRARIES, folders with colons between them, replaces \
            all of these.
            """)

    @Flag(help: "One JSON object instead of text.")
    var json = false

    func run() throws {
        do {
            try Executable.becomeReadyForBLAS()
            let report = try DoctorReport()
            try Output.write(json ? try report.json() : report.text)
        } catch {
            throw ArgumentParser.ExitCode.orOwn(error)
        }
    }
}
