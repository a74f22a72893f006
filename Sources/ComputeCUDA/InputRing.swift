// Batches on their way to the device: two places, so that one is filled while the other is computed on. A batch's pixels
// are pinned where they lie when they are first seen, and copied by the device itself: into the place, or, of a training
// sample whose square is to be kept, to where it stays.

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
    /// Of the batches seen so far: a loader has few, and uses them in turn.
    private let pins: HostPins
    private var squares: SquareStore?

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

    init(_ device: Device, images: Int, _ buffers: Buffers) throws {
        (self.device, self.images) = (device, images)
        copies = try Stream(device)
        pins = HostPins(device)
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

    /// If there is room for the squares of so many training samples.
    func keepSquares(_ count: Int) throws -> KeptSquares? {
        squares = try SquareStore(device, count: count)
        return squares?.kept
    }

    /// Sends a piece of a batch to the device, and lets `read` enqueue what reads its pixels there. Returns when the batch
    /// may be used again; the device may not have computed anything yet.
    func advance(
        _ batch: Batch, _ piece: Range<Int>, _ step: device_step, on stream: Stream, read: () throws -> Void
    ) throws {
        let place = places[next]
        next = (next + 1) % places.count
        pins.pin(batch, batch.pixels, bytes: batch.capacity * Batch.bytesPerImage)
        let pinned = place.pinned.pointer
        pinned.storeBytes(of: step, as: device_step.self)
        batch.labels.withUnsafeBytes { labels in
            (pinned + Self.labelsOffset).copyMemory(
                from: labels.baseAddress! + 4 * piece.lowerBound, byteCount: 4 * piece.count)
        }
        let draws = (pinned + Self.drawsOffset(images)).assumingMemoryBound(to: device_draw.self)
        try copies.wait(for: place.consumed)
        // Those of validation go as they come.
        let squares = piece.contains { batch.samples[$0] >= 0 } ? squares : nil
        if squares == nil {
            try copies.copy(
                batch.image(piece.lowerBound), to: place.pixels.address,
                bytes: piece.count * Batch.bytesPerImage)
        }
        for (index, slot) in piece.enumerated() {
            let passing = place.pixels.address + UInt64(index * Batch.bytesPerImage)
            let place = try squares.map { try send(batch, slot, to: $0, passing: passing) } ?? passing
            draws[index] = device_draw(batch.draws[slot], pixels: place)
        }
        try copies.copy(pinned, to: place.packet.address, bytes: place.pinned.bytes)
        try place.arrived.record(in: copies)
        try stream.wait(for: place.arrived)
        try stream.copy(place.packet.address, to: packet.address, bytes: place.pinned.bytes)
        try read()
        try place.consumed.record(in: stream)
        try place.arrived.synchronize()
    }

    /// Copies one image, unless the device has it.
    /// - Parameter passing: where it goes if it does not stay.
    /// - Returns: where it is.
    private func send(
        _ batch: Batch, _ slot: Int, to squares: SquareStore, passing: cuda_address
    ) throws -> cuda_address {
        let sample = Int(batch.samples[slot])
        guard sample >= 0 else {
            try copies.copy(batch.image(slot), to: passing, bytes: Batch.bytesPerImage)
            return passing
        }
        let place = squares.address(of: sample)
        if squares.kept.insert(sample) {
            try copies.copy(batch.image(slot), to: place, bytes: Batch.bytesPerImage)
        }
        return place
    }
}

extension device_draw {
    init(_ draw: Draw, pixels: cuda_address) {
        self.init(
            pixels: .init(bitPattern: UInt(pixels)), top: draw.top, left: draw.left, flip: draw.flip ? 1 : 0,
            color: (draw.color.x, draw.color.y, draw.color.z))
    }
}
