// A part of a step that is the same every time: run as it is the first time, when kernels may still be loaded; captured the
// second; launched as one from then on.

internal import CCUDA

final class StepGraph {
    private var runs = 0
    private var graph: Graph?

    /// - Parameter enqueue: enqueues the same operations on `stream` at every call.
    func run(on stream: Stream, _ enqueue: () throws -> Void) throws {
        runs += 1
        if runs == 1 { return try enqueue() }
        if graph == nil { graph = try stream.capture(enqueue) }
        if let graph { try stream.launch(graph) }
    }
}
