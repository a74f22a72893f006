// Batches on their way to the device: two places, so that one is filled while the other is computed on. A batch's pixels
// are pinned where they lie when they are first seen, and copied by the device itself.

internal import CCUDA
internal import Compute

final class InputRing {
    /// What goes with the pixels of one piece of a batch, in this order: the step, then labels, then draws.
    private struct Place {
        let pixels: DeviceBuffer
        let packet: DeviceBuffer
        let pinned: PinnedMemory
        /// The packet and pixels are on the device…
        let arrived: Event
        /// …and have been read there.
        let consumed: Event
    }

    private let device: Device
    private let images: Int
    private let places: [Place]
    private let copies: Stream
    private var next = 0
    /// Pinned, and kept as long as they are.
    private var batches: [Batch] = []

    /// The packet that the operations read: the last one that `advance` has handed over.
    let packet: DeviceBuffer

    static func packetBytes(images: Int) -> Int {
        drawsOffset(images) + images * MemoryLayout<device_draw>.stride
    }
    private static let labelsOffset = 64
    private static func drawsOffset(_ images: Int) -> Int { labelsOffset + (4 * images + 15) / 16 * 16 }

    /// Where they lie in the packet.
    var step: cuda_address { packet.address }
    var labels: cuda_address { packet.address + UInt64(Self.labelsOffset) }
    var draws: cuda_address { packet.address + UInt64(Self.drawsOffset(images)) }

    /// - Parameter buffers: reserved by `reserve`.
    init(_ device: Device, images: Int, _ buffers: Buffers) throws {
        (self.device, self.images) = (device, images)
        copies = try Stream(device)
        packet = buffers.packet
        places = try buffers.places.map { place in
            Place(
                pixels: place.pixels, packet: place.packet,
                pinned: try PinnedMemory(
                    device, bytes: Self.packetBytes(images: images), for: "labels and draws"),
                arrived: try Event(device), consumed: try Event(device))
        }
    }

    struct Buffers {
        let packet: DeviceBuffer
        let places: [(pixels: DeviceBuffer, packet: DeviceBuffer)]

        init(images: Int, in arena: DeviceArena) {
            let bytes = InputRing.packetBytes(images: images)
            packet = arena.reserve(bytes: bytes, "labels and draws")
            places = (0..<2).map { _ in
                (
                    arena.reserve(bytes: images * Batch.bytesPerImage, "pixels"),
                    arena.reserve(bytes: bytes, "labels and draws")
                )
            }
        }
    }

    deinit {
        for batch in batches { _ = device.driver.host_unregister(batch.pixels) }
    }

    /// Sends a piece of a batch to the device, and lets `read` enqueue what reads its pixels there. Returns when the batch
    /// may be used again; the device may not have computed anything yet.
    func advance(
        _ batch: Batch, _ piece: Range<Int>, _ step: device_step, on stream: Stream,
        read: (_ pixels: cuda_address) throws -> Void
    ) throws {
        let place = places[next]
        next = (next + 1) % places.count
        try pin(batch)
        let pinned = place.pinned.pointer
        pinned.storeBytes(of: step, as: device_step.self)
        batch.labels.withUnsafeBytes { labels in
            (pinned + Self.labelsOffset).copyMemory(
                from: labels.baseAddress! + 4 * piece.lowerBound, byteCount: 4 * piece.count)
        }
        let draws = (pinned + Self.drawsOffset(images)).assumingMemoryBound(to: device_draw.self)
        for (place, slot) in piece.enumerated() { draws[place] = device_draw(batch.draws[slot]) }

        try copies.wait(for: place.consumed)
        try copies.copy(
            batch.image(piece.lowerBound), to: place.pixels.address, bytes: piece.count * Batch.bytesPerImage)
        try copies.copy(pinned, to: place.packet.address, bytes: place.pinned.bytes)
        try place.arrived.record(in: copies)
        try stream.wait(for: place.arrived)
        try stream.copy(place.packet.address, to: packet.address, bytes: place.pinned.bytes)
        try read(place.pixels.address)
        try place.consumed.record(in: stream)
        try place.arrived.synchronize()
    }

    /// A loader has few batches, and uses them in turn.
    private func pin(_ batch: Batch) throws {
        guard !batches.contains(where: { $0 === batch }) else { return }
        let bytes = batch.capacity * Batch.bytesPerImage
        let result = device.driver.host_register(batch.pixels, bytes, UInt32(CUDA_HOST_PORTABLE))
        // Containers may limit it: unpinned memory is slower to copy, and nothing else.
        if result != CUDA_OUT_OF_MEMORY { try device.check(result, "pinning a batch") } else { return }
        batches.append(batch)
    }
}

extension device_draw {
    init(_ draw: Draw) {
        self.init(
            top: draw.top, left: draw.left, flip: draw.flip ? 1 : 0,
            color: (draw.color.x, draw.color.y, draw.color.z))
    }
}
