// `alexnetd doctor` where there is no GPU, and where there are two.

import FakeCUDA
import Foundation
import Jobs
import Testing

extension WholeProgram {
    @Suite struct DoctorTests {
        @Test func aMachineWithoutAGPUIsNoError() async throws {
            let program = try await Program.run("doctor")
            #expect(program.end == .exited(0), "\(program.errorOutput)")
            #expect(program.output.contains("`device: auto` means cpu here, in fp32"))
            #expect(program.output.contains("there is no NVIDIA driver"))
        }

        @Test func theReportIsForProgramsToo() async throws {
            let program = try await Program.run("doctor", "--json")
            #expect(program.end == .exited(0))
            let machine = try Machine(report: Data(program.output.utf8))
            #expect(machine.gpus.isEmpty && machine.problem?.contains("no NVIDIA driver") == true)
            struct Report: Decodable {
                struct Library: Decodable { let name: String }
                let device: String
                let precision: String
                let libraries: [Library]
            }
            let report = try JSONDecoder().decode(Report.self, from: Data(program.output.utf8))
            #expect((report.device, report.precision) == ("cpu", "fp32"))
            #expect(report.libraries.map(\.name) == ["driver", "cuBLASLt", "NVRTC", "cuDNN"])
        }

        /// What plans, validates and lists for two GPUs that only pretend.
        @Test(.enabled(if: FakeCUDA.isPossible, "needs clang++")) func twoGPUsAreFound() async throws {
            let environment = [
                "ALEXNETD_CUDA_LIBRARIES": try FakeCUDA.folder().string, "FAKE_CUDA_DEVICES": "2",
            ]
            func run(_ arguments: String...) async throws -> Program {
                let program = try Program(arguments, environment: environment)
                #expect(try await program.end() == .exited(0), "\(program.errorOutput)")
                return program
            }
            let machine = try Machine(report: Data(try await run("doctor", "--json").output.utf8))
            #expect(machine.problem == nil)
            #expect(machine.gpus.map(\.index) == [0, 1])
            #expect(Set(machine.gpus.map(\.uuid)).count == 2)
            let text = try await run("doctor").output
            #expect(text.contains("`device: auto` means cuda here, in bf16"), "\(text)")
            #expect(text.contains(machine.gpus[1].uuid) && text.contains("cuDNN"))

            let place = try Workplace()
            let file = place.folder.path.appending("a.yml")
            try Data("dataset: /nowhere\ndevice: \(machine.gpus[1].uuid)\n".utf8).write(
                to: URL(fileURLWithPath: file.string))
            let plan = try await run("validate", file.string).output
            #expect(plan.contains(machine.gpus[1].uuid) && plan.contains("bf16"), "\(plan)")
        }

        @Test(arguments: [["classify", "x", "y", "--device", "tpu"], ["time", "--device", "cuda"]])
        func aDeviceThatIsNotThereIsAnswered(arguments: [String]) async throws {
            let program = try Program(arguments)
            #expect(try await program.end() == .exited(64), "\(program.errorOutput)")
            #expect(program.errorOutput.contains("device"), "\(program.errorOutput)")
        }
    }
}
