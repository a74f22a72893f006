// What this machine offers to jobs. Asking starts NVIDIA's driver in this process, where there is one: the daemon never
// does it, its workers and a person's commands do.

package import ComputeCUDA
package import Jobs

extension Machine {
    /// - Parameter gpu: the uuid of the one that this process has been given.
    package static func here(given gpu: String? = nil) -> Machine {
        do {
            let libraries = try CUDALibraries.load()
            return Machine(gpus: libraries.devices.all.map(GPU.init), given: gpu)
        } catch {
            return Machine(gpus: [], problem: error.message, given: gpu)
        }
    }
}

extension Machine.GPU {
    package init(_ device: DeviceDescription) {
        self.init(
            index: device.index, name: device.name, uuid: device.uuid, memory: device.memory,
            capability: "\(device.capability.x).\(device.capability.y)")
    }
}
