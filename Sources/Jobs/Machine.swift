// What a job may be carried out on: the GPUs, or why there are none. Jobs never asks the hardware: the worker and the
// commands do it for themselves, the daemon has a child do it.

package import Foundation

package struct Machine: Hashable, Sendable {
    package struct GPU: Codable, Hashable, Sendable {
        /// As in "cuda:N".
        package var index: Int
        package var name: String
        /// "GPU-xxxxxxxx-xxxx-…"
        package var uuid: String
        /// Bytes.
        package var memory: Int
        /// "9.0"
        package var capability: String

        package init(index: Int, name: String, uuid: String, memory: Int, capability: String) {
            (self.index, self.name, self.uuid) = (index, name, uuid)
            (self.memory, self.capability) = (memory, capability)
        }

        /// Whether its matrix units know bf16 and tf32: from 8.0 on (CUDA C++ Programming Guide, Compute Capabilities).
        package var hasShortFormats: Bool {
            (capability.prefix { $0 != "." }).wholeMatch(of: /[0-9]+/).flatMap { Int($0.0) } ?? 0 >= 8
        }
    }

    /// Whether the CPU multiplies bf16.
    package var multipliesBfloat16 = true
    /// Those that can be used.
    package var gpus: [GPU]
    /// Why none can be, and what to do about it.
    package var problem: String?
    /// The uuid of the one that this process has been given: whatever a job says of GPUs, it runs there.
    package var given: String?

    package init(gpus: [GPU], problem: String? = nil, given: String? = nil) {
        (self.gpus, self.problem, self.given) = (gpus, problem, given)
    }

    /// - Parameter report: as `alexnetd doctor --json` prints it.
    /// - Throws: where that is something else.
    package init(report: Data) throws {
        struct Report: Decodable {
            struct CPU: Decodable { var precisions: [String] }

            var cpu: CPU?
            var gpus: [GPU]
            var gpuProblem: String?
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let report = try decoder.decode(Report.self, from: report)
        self.init(gpus: report.gpuProblem == nil ? report.gpus : [], problem: report.gpuProblem)
        multipliesBfloat16 = report.cpu?.precisions.contains(Plan.Precision.bf16.rawValue) ?? true
    }

    /// A machine without a GPU, for a stated reason.
    package static func cpu(because problem: String) -> Machine { Machine(gpus: [], problem: problem) }

    /// Those that a job on a GPU may run on.
    /// - Parameter which: an index or a uuid's beginning; nil for any.
    package func gpus(_ which: String?) -> [GPU] {
        if let given { return gpus.filter { $0.uuid == given } }
        guard let which else { return gpus }
        if let index = Int(which) { return gpus.filter { $0.index == index } }
        let fitting = gpus.filter { $0.uuid.lowercased().hasPrefix(which.lowercased()) }
        return fitting.count == 1 ? fitting : []
    }
}
