// From measurements by layer and phase to what the Graphs tab colours.

package import Networks

extension NetworkGraph {
    /// What a layer took in one phase of a step.
    package struct Measurement: Hashable, Sendable {
        /// As in `Network`; "input" and "loss" too.
        package var layer: String
        package var phase: Phase
        /// Microseconds since the step began.
        package var start: Int
        /// Microseconds.
        package var duration: Int
        /// Memory it works in beside what it puts out.
        package var scratchBytes: Int

        package init(_ layer: String, _ phase: Phase, start: Int, duration: Int, scratchBytes: Int = 0) {
            (self.layer, self.phase, self.start) = (layer, phase, start)
            (self.duration, self.scratchBytes) = (duration, scratchBytes)
        }
    }

    /// The run metadata of one step over `batch` images. A node's memory is that of its outputs, in floats of four
    /// bytes, and its scratch; a measurement for which there is no node is left out.
    package func runMetadata(_ measurements: [Measurement], batch: Int) -> RunMetadata {
        let operations = measurements.compactMap { measurement -> RunMetadata.Operation? in
            guard let node = node(measurement.phase, of: measurement.layer) else { return nil }
            let outputs = node.outputs.map { $0.map { $0 < 0 ? batch : $0 } }
            let count = outputs.reduce(0) { $0 + $1.reduce(1, *) }
            return RunMetadata.Operation(
                node: node.name, start: measurement.start, duration: measurement.duration,
                bytes: 4 * count + measurement.scratchBytes, outputs: outputs)
        }
        return RunMetadata(device: Self.device, operations: operations)
    }
}
