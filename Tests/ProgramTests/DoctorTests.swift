// `alexnetd doctor` where there is no GPU.

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

        @Test(arguments: [["classify", "x", "y", "--device", "tpu"], ["time", "--device", "cuda"]])
        func aDeviceThatIsNotThereIsAnswered(arguments: [String]) async throws {
            let program = try Program(arguments)
            #expect(try await program.end() == .exited(64), "\(program.errorOutput)")
            #expect(program.errorOutput.contains("device"), "\(program.errorOutput)")
        }
    }
}
