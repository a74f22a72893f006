// Work in order on the device, and marks in it. Nothing here waits unless it says so.

internal import CCUDA

final class Stream {
    let device: Device
    let handle: cuda_stream?

    init(_ device: Device) throws {
        self.device = device
        var handle: cuda_stream?
        try device.check(
            device.driver.stream_create(&handle, UInt32(CUDA_STREAM_NON_BLOCKING)), "making a stream")
        self.handle = handle
    }

    deinit { _ = device.driver.stream_destroy(handle) }

    /// Waits until all of it is done.
    func synchronize() throws { try device.check(device.driver.stream_synchronize(handle), "computing") }

    /// What comes after this waits for the mark.
    func wait(for event: Event) throws {
        try device.check(device.driver.stream_wait(handle, event.handle, 0), "waiting for another stream")
    }

    // MARK: - Copies

    func copy(_ source: UnsafeRawPointer, to destination: cuda_address, bytes: Int) throws {
        try device.check(
            device.driver.copy_to_device(destination, source, bytes, handle),
            "copying \(bytes) bytes to the device")
    }

    func copy(_ source: cuda_address, to destination: UnsafeMutableRawPointer, bytes: Int) throws {
        try device.check(
            device.driver.copy_to_host(destination, source, bytes, handle),
            "copying \(bytes) bytes from the device")
    }

    func copy(_ source: cuda_address, to destination: cuda_address, bytes: Int) throws {
        try device.check(
            device.driver.copy_on_device(destination, source, bytes, handle),
            "copying \(bytes) bytes on the device")
    }

    func zero(_ address: cuda_address, bytes: Int) throws { try fill(address, with: 0, bytes: bytes) }

    func fill(_ address: cuda_address, with byte: UInt8, bytes: Int) throws {
        try device.check(device.driver.fill_bytes(address, byte, bytes, handle), "filling \(bytes) bytes")
    }

    // MARK: - Graphs

    /// What `body` enqueues, to be launched as often as wanted. Nothing of it runs now.
    func capture(_ body: () throws -> Void) throws -> Graph {
        try device.check(
            device.driver.capture_begin(handle, Int32(CUDA_CAPTURE_THREAD_LOCAL)), "beginning a graph")
        var graph: cuda_graph?
        do {
            try body()
        } catch {
            _ = device.driver.capture_end(handle, &graph)
            if graph != nil { _ = device.driver.graph_destroy(graph) }
            throw error
        }
        try device.check(device.driver.capture_end(handle, &graph), "ending a graph")
        defer { _ = device.driver.graph_destroy(graph) }
        return try Graph(device, graph)
    }

    func launch(_ graph: Graph) throws {
        try device.check(device.driver.graph_launch(graph.handle, handle), "launching a graph")
    }
}

/// A mark in a stream.
final class Event {
    private let device: Device
    let handle: cuda_event?

    /// - Parameter measures: whether it takes the time too.
    init(_ device: Device, measures: Bool = false) throws {
        self.device = device
        var handle: cuda_event?
        // Whoever waits for other marks sleeps: decoders have the processor meanwhile.
        let flags = measures ? 0 : UInt32(CUDA_EVENT_DISABLE_TIMING | CUDA_EVENT_BLOCKING_SYNC)
        try device.check(device.driver.event_create(&handle, flags), "making an event")
        self.handle = handle
    }

    deinit { _ = device.driver.event_destroy(handle) }

    func record(in stream: Stream) throws {
        try device.check(device.driver.event_record(handle, stream.handle), "marking a stream")
    }

    /// Waits until what came before the mark is done; at once where it was never set.
    func synchronize() throws { try device.check(device.driver.event_synchronize(handle), "computing") }

    /// Whether what came before the mark is done.
    func isPassed() throws -> Bool {
        let result = device.driver.event_query(handle)
        if result == CUDA_NOT_READY { return false }
        try device.check(result, "computing")
        return true
    }

    /// From an earlier mark; both are passed.
    func seconds(since start: Event) throws -> Double {
        var milliseconds: Float = 0
        try device.check(device.driver.event_elapsed(&milliseconds, start.handle, handle), "taking the time")
        return Double(milliseconds) / 1000
    }
}

final class Graph {
    private let device: Device
    let handle: cuda_graph_exec?

    fileprivate init(_ device: Device, _ graph: cuda_graph?) throws {
        self.device = device
        var handle: cuda_graph_exec?
        try device.check(device.driver.graph_instantiate(&handle, graph, 0), "making a graph ready")
        self.handle = handle
    }

    deinit { _ = device.driver.graph_exec_destroy(handle) }
}
