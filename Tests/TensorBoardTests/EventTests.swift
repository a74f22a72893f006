// Events against bytes worked out by hand from proto/*.proto, and back.

import TensorBoard
import Testing

@Suite struct EventTests {
    static let scalar = Event(wallTime: 1.5, step: 3, .summary(Summary([.init("loss", .scalar(0.5))])))

    @Test func scalarBytes() {
        #expect(
            Self.scalar.encoded() == [
                0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F,  // 1: wall_time 1.5
                0x10, 0x03,  // 2: step
                0x2A, 13,  // 5: summary
                0x0A, 11,  // 1: value
                0x0A, 4, 0x6C, 0x6F, 0x73, 0x73,  // 1: tag "loss"
                0x15, 0, 0, 0, 0x3F,  // 2: simple_value 0.5
            ])
    }

    /// A member of a oneof is written even where it is zero, or the point would vanish.
    @Test func zeroIsAPointToo() {
        let event = Event(wallTime: 0, step: 0, .summary(Summary([.init("a", .scalar(0))])))
        #expect(event.encoded() == [0x2A, 10, 0x0A, 8, 0x0A, 1, 0x61, 0x15, 0, 0, 0, 0])
    }

    @Test func textBytes() {
        let event = Event(wallTime: 0, step: 0, .summary(Summary([.init("t", .text("hé"))])))
        #expect(
            event.encoded() == [
                0x2A, 28, 0x0A, 26,
                0x0A, 1, 0x74,  // 1: tag "t"
                0x42, 9,  // 8: tensor
                0x08, 7,  // 1: dtype DT_STRING
                0x12, 0,  // 2: tensor_shape of rank 0
                0x42, 3, 0x68, 0xC3, 0xA9,  // 8: string_val
                0x4A, 10,  // 9: metadata
                0x0A, 6, 0x0A, 4, 0x74, 0x65, 0x78, 0x74,  // 1: plugin_data 1: "text"
                0x20, 2,  // 4: data_class tensor
            ])
    }

    @Test(arguments: [
        scalar,
        Event(wallTime: 1e9, step: 0, .fileVersion("brain.Event:2"), writer: "alexnetd"),
        Event(wallTime: 1e9, step: 0, .graph([1, 2, 0, 3])),
        Event(wallTime: 1e9, step: 5, .runMetadata(tag: "step 5", [1, 2, 0, 3])),
        Event(
            wallTime: 1e9, step: 7,
            .summary(
                Summary([
                    .init("a", .scalar(1), caption: Caption(title: "A", description: "ä *markdown*")),
                    .init("b", .scalar(2), caption: Caption(title: "", description: "only this")),
                    .init("custom_scalars__config__", .layout([0, 1, 2])),
                    .init("_hparams_/session_start_info", .hparams([3, 4])),
                    .init("t", .text("text"), caption: Caption(title: "T", description: "")),
                ]))),
        Event(
            wallTime: 1e9, step: 1 << 40,
            .summary(
                Summary([
                    .init("train/loss", .scalar(.infinity)), .init("größe/ε", .scalar(-0.0)),
                    .init("text", .text("# Title\n\0 after a zero byte")), .init("empty", .text("")),
                ]))),
    ])
    func whatIsEncodedIsDecoded(event: Event) {
        #expect(Event(decoding: event.encoded()) == event)
    }

    @Test func histogramsAndPicturesAreDecodedToo() throws {
        for caption in [nil, Caption(title: "title", description: "description")] {
            let event = Event(
                wallTime: 2, step: 1,
                .summary(
                    Summary([
                        .init("h", .histogram(try EveryKind.histogram(3)), caption: caption),
                        .init(
                            "i", .image(try Picture(png: EveryKind.png(width: 5, height: 3, seed: 1))),
                            caption: caption),
                    ])))
            #expect(Event(decoding: event.encoded()) == event)
        }
    }

    /// Any prefix and any flipped bit of an event is an event or none; it is never a crash.
    @Test func damagedBytesAreNoReasonToStop() throws {
        let values: [Summary.Content] = [
            .scalar(1), .text("text"), .histogram(try EveryKind.histogram(3)), .layout([1, 2]),
            .hparams([8, 1]),
            .image(try Picture(png: EveryKind.png(width: 5, height: 3, seed: 1))),
        ]
        for content in values {
            let value = Summary.Value("tag", content, caption: Caption(title: "t", description: "d"))
            let bytes = Event(wallTime: 2, step: 1, .summary(Summary([value]))).encoded()
            for length in bytes.indices { _ = Event(decoding: Array(bytes[..<length])) }
            for bit in 0..<bytes.count * 8 {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << (bit % 8)
                _ = Event(decoding: damaged)
            }
        }
    }

    @Test func bytesThatAreNoEvent() {
        #expect(Event(decoding: [0x09, 1, 2]) == nil)
        #expect(Event(decoding: Array("not an event at all".utf8)) == nil)
    }
}
