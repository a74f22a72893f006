// Memory for one tree of protobuf-c messages while it is packed. Nested messages, strings and arrays are pointers
// there; all of them are owned by the arena and go with it, so a tree needs no taking apart.

internal import CProtobufC
internal import CTensorBoardProto

struct MessageArena: ~Copyable {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit {
        for block in blocks { block.deallocate() }
    }

    private mutating func allocate<T>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
        let pointer = UnsafeMutablePointer<T>.allocate(capacity: max(count, 1))
        blocks.append(UnsafeMutableRawPointer(pointer))
        return pointer
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

    mutating func string(_ string: String) -> UnsafeMutablePointer<CChar> {
        array(Array(string.utf8CString))
    }

    mutating func data(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        ProtobufCBinaryData(len: bytes.count, data: array(bytes))
    }

    /// The bytes of a message and all it points to.
    func packed<M>(_ message: UnsafeMutablePointer<M>) -> [UInt8] {
        message.withMemoryRebound(to: ProtobufCMessage.self, capacity: 1) { base in
            [UInt8](unsafeUninitializedCapacity: protobuf_c_message_get_packed_size(base)) { bytes, count in
                count = protobuf_c_message_pack(base, bytes.baseAddress)
            }
        }
    }
}
