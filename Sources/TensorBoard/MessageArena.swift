// Memory for one tree of protobuf-c messages while it is packed. Nested messages, strings and arrays are pointers
// there; all of them are owned by the arena and go with it, so a tree needs no taking apart. `reset` makes the same
// memory ready for the next tree: an arena that is kept packs small events without an allocation.

internal import CProtobufC
internal import CTensorBoardProto

struct MessageArena: ~Copyable {
    /// Enough for an event of some dozen scalars.
    private static let capacity = 1 << 14
    private static let alignment = 16
    private let block = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: alignment)
    private var used = 0
    /// What did not fit.
    private var others: [UnsafeMutableRawPointer] = []

    deinit {
        block.deallocate()
        for other in others { other.deallocate() }
    }

    /// Forgets all messages, whose pointers are dead from here on.
    mutating func reset() {
        used = 0
        guard !others.isEmpty else { return }
        for other in others { other.deallocate() }
        others.removeAll()
    }

    private mutating func allocate<T>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
        let size = (count * MemoryLayout<T>.stride + Self.alignment - 1) & ~(Self.alignment - 1)
        let pointer: UnsafeMutableRawPointer
        if size <= Self.capacity - used {
            pointer = block + used
            used += size
        } else {
            pointer = .allocate(byteCount: size, alignment: Self.alignment)
            others.append(pointer)
        }
        return pointer.bindMemory(to: T.self, capacity: count)
    }

    /// A message, made by its `…__init`.
    mutating func message<M>(_ initialize: (UnsafeMutablePointer<M>?) -> Void) -> UnsafeMutablePointer<M> {
        let pointer = allocate(M.self, 1)
        initialize(pointer)
        return pointer
    }

    /// A repeated field's elements.
    mutating func array<T>(_ elements: [T]) -> UnsafeMutablePointer<T> {
        let pointer = allocate(T.self, elements.count)
        pointer.initialize(from: elements, count: elements.count)
        return pointer
    }

    /// Room for a repeated field of messages, to be filled in.
    mutating func pointers<M>(
        to type: M.Type, _ count: Int
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<M>?> {
        let pointer = allocate(UnsafeMutablePointer<M>?.self, count)
        pointer.initialize(repeating: nil, count: count)
        return pointer
    }

    mutating func string(_ string: String) -> UnsafeMutablePointer<CChar> {
        let count = string.utf8.count
        let pointer = allocate(CChar.self, count + 1)
        copy(string, to: pointer)
        pointer[count] = 0
        return pointer
    }

    mutating func data(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        ProtobufCBinaryData(len: bytes.count, data: array(bytes))
    }

    mutating func data(_ string: String) -> ProtobufCBinaryData {
        let pointer = allocate(UInt8.self, string.utf8.count)
        copy(string, to: pointer)
        return ProtobufCBinaryData(len: string.utf8.count, data: pointer)
    }

    private func copy(_ string: String, to pointer: UnsafeMutableRawPointer) {
        var string = string
        string.withUTF8 { bytes in
            if let start = bytes.baseAddress { pointer.copyMemory(from: start, byteCount: bytes.count) }
        }
    }

    /// The bytes of a message and all it points to.
    func packed<M>(_ message: UnsafeMutablePointer<M>) -> [UInt8] {
        let size = packedSize(message)
        return [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
            pack(message, into: UnsafeMutableRawBufferPointer(bytes))
            count = size
        }
    }

    func packedSize<M>(_ message: UnsafeMutablePointer<M>) -> Int {
        message.withMemoryRebound(to: ProtobufCMessage.self, capacity: 1) {
            protobuf_c_message_get_packed_size($0)
        }
    }

    /// - Parameter bytes: at least `packedSize` of them.
    func pack<M>(_ message: UnsafeMutablePointer<M>, into bytes: UnsafeMutableRawBufferPointer) {
        message.withMemoryRebound(to: ProtobufCMessage.self, capacity: 1) { base in
            _ = protobuf_c_message_pack(base, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
    }
}
