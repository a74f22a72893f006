// Seconds per layer and phase, for `alexnetd time` and the colours of the graph.

package import Networks

package struct LayerTimings: Sendable {
    /// In the order of first use.
    package private(set) var layers: [String] = []
    private var seconds: [String: [Phase: Double]] = [:]

    package init() {}

    package mutating func add(_ layer: String, _ phase: Phase, _ duration: Duration) {
        if seconds[layer] == nil { layers.append(layer) }
        let value = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        seconds[layer, default: [:]][phase, default: 0] += value
    }

    package subscript(_ layer: String, _ phase: Phase) -> Double { seconds[layer]?[phase] ?? 0 }
}
