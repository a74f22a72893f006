// What this machine offers to jobs. Asking starts NVIDIA's driver in this process, where there is one: the daemon never
// does it, its workers and a person's commands do.

internal import ComputeCPU
package import ComputeCUDA
package import Jobs

extension Machine {
    /// - Parameter gpu: the uuid of the one that this process has been given.
    package static func here(given gpu: String? = nil) -> Machine {
        var machine: Machine
        do {
            let libraries = try CUDALibraries.load()
            machine = Machine(gpus: libraries.devices.all.map(GPU.init), given: gpu)
        } catch {
            machine = Machine(gpus: [], problem: error.message, given: gpu)
        }
        machine.multipliesBfloat16 = CPUPrecision.available.contains(.bf16)
        return machine
    }
}

extension Machine.GPU {
    package init(_ device: DeviceDescription) {
        self.init(
            index: device.index, name: device.name, uuid: device.uuid, memory: device.memory,
            capability: "\(device.capability.x).\(device.capability.y)")
    }
}
