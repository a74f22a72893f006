// The doctor's report for a person.

import Foundation

extension DoctorReport {
    var text: String {
        var rows: [(String, String)] = [
            ("alexnetd", version),
            ("CPU", "\(cpu.model), \(cpu.cores) cores"),
            ("kernels", "\(cpu.kernels) of \(cpu.kernelsAvailable.joined(separator: ", "))"),
            ("precision", cpu.precisions.joined(separator: ", ")),
            ("BLAS", cpu.blas),
            ("memory", Self.size(cpu.memory)),
        ]
        rows += gpus.map { gpu in
            (
                "cuda:\(gpu.index)",
                "\(gpu.name), \(Self.size(gpu.memory)), capability \(gpu.capability), "
                    + "\(gpu.multiprocessors) multiprocessors, \(gpu.uuid)"
            )
        }
        if gpus.isEmpty { rows.append(("GPU", "none can be used")) }
        rows += libraries.map { library in
            (library.name, library.problem ?? "\(library.version ?? "") \(library.path ?? "")")
        }
        rows.append(("devices", devices))
        if let memlock, !gpus.isEmpty {
            rows.append(
                ("memlock", "\(Self.size(memlock)); pinned memory is the driver's and rarely counted"))
        }
        let width = rows.map(\.0.count).max() ?? 0
        let table = rows.map { $0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $1 + "\n" }
        return table.joined() + "\n" + conclusion + "\n"
    }

    private var devices: String {
        guard !deviceFiles.isEmpty else { return "no /dev/nvidia*: the driver's kernel module is not loaded" }
        let wrong = deviceFiles.filter { $0.value != "ok" }.sorted { $0.key < $1.key }
        guard wrong.isEmpty else { return wrong.map { "\($0.key): \($0.value)" }.joined(separator: "; ") }
        return deviceFiles.keys.sorted().joined(separator: " ")
    }

    /// One line: what a job that says nothing of it gets.
    private var conclusion: String {
        let meaning = "`device: auto` means \(device) here, in \(precision)"
        guard let gpuProblem else { return meaning + "." }
        return "\(meaning), since \(gpuProblem)."
    }

    private static func size(_ bytes: Int) -> String {
        String(
            format: bytes < 1 << 30 ? "%.1f MiB" : "%.1f GiB",
            Double(bytes) / (bytes < 1 << 30 ? 0x1p20 : 0x1p30))
    }
}
