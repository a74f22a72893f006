// A run that writes every kind of record there is, as a pure function of its steps.

import Foundation
import Networks
import SystemPackage
import TensorBoard

enum EveryKind {
    static let network = AlexNet.network(.alexnet, classes: 257)
    static let graph = NetworkGraph(network, optimizer: "sgd")
    static let hparams: HParams = [
        "model": "alexnet", "batch_size": 128, "learning_rate": 0.01, "shuffle": true,
    ]
    static let layout = Layout([
        .init(
            "Loss",
            [.init("loss", .lines([Layout.exactly("loss/train"), Layout.exactly("loss/validation")]))]),
        .init(
            "Error",
            [
                .init(
                    "top 1",
                    .margins([
                        .init(value: "error/validation", lower: "error/lower", upper: "error/upper")
                    ]))
            ], isClosed: true),
    ])

    /// The steps from a checkpoint on: a loss each second step, an evaluation, a histogram and a picture each tenth.
    /// - Parameter skew: makes the computed values those of another machine.
    static func write(_ log: RunLog, after checkpoint: Int, through last: Int, skew: Int = 0) throws {
        log.describe("loss/train", title: "training loss", description: "Mean over the *log window*.")
        log.describe("weights/conv1", title: "weights of conv1", description: "All of them.")
        log.describe("filters/conv1", title: "filters of conv1", description: "As a grid.")
        log.describe("job", title: "the job", description: "As it was written.")
        log.graph(graph)
        log.layout(layout)
        log.hyperparameters(hparams)
        try log.text("job", "| key | value |\n|---|---|\n| model | `alexnet` |", step: checkpoint)
        for step in checkpoint + 1...last {
            if step % 2 == 0 {
                try log.scalar("loss/train", 7 / Double(step) + Double(skew), step: step)
                try log.scalar("system/images_per_second", Double.random(in: 400...500), step: step)
            }
            if step % 10 == 0 { try evaluation(log, step, skew) }
            if step % 6 == 0 { try log.flush() }
        }
        let times = network.layers.indices.map {
            NetworkGraph.Measurement(network.layers[$0].name, .forward, start: $0 * 100, duration: 90 + $0)
        }
        try log.runMetadata("step 10", graph.runMetadata(times, batch: 128), step: last)
    }

    private static func evaluation(_ log: RunLog, _ step: Int, _ skew: Int) throws {
        try log.scalar("loss/validation", 8 / Double(step), step: step)
        for (name, offset) in [("validation", 0), ("lower", -1), ("upper", 1)] {
            try log.scalar("error/\(name)", Double(10 + offset) / Double(step), step: step)
        }
        try log.histogram("weights/conv1", histogram(step + skew), notFinite: step == 20 ? 3 : 0, step: step)
        try log.histogram("biases/conv1", constant, step: step)
        try log.histogram("biases/none", nothing, step: step)
        try log.image("filters/conv1", png: png(width: 32, height: 16, seed: step + skew), step: step)
    }

    static func histogram(_ seed: Int) throws -> Histogram {
        let counts = (0..<30).map { ($0 * $0 * 7 + seed) % 40 + 1 }
        return try Histogram(
            min: -1, max: 2 + Double(seed) / 100, counts: counts, sum: Double(seed), sumOfSquares: 99)
    }

    static var constant: Histogram {
        get throws { try Histogram(min: 0, max: 0, counts: [96, 0, 0], sum: 0, sumOfSquares: 0) }
    }

    static var nothing: Histogram {
        get throws { try Histogram(min: .nan, max: .nan, counts: [0, 0], sum: 0, sumOfSquares: 0) }
    }

    /// A grey picture, its pixels stored as they are (RFC 1950, 1951, 2083).
    static func png(width: Int, height: Int, seed: Int) -> [UInt8] {
        var rows: [UInt8] = []
        for y in 0..<height {
            rows.append(0)
            for x in 0..<width { rows.append(UInt8(truncatingIfNeeded: (x * y + seed) * 9)) }
        }
        var (a, b) = (1, 0)
        for byte in rows { (a, b) = ((a + Int(byte)) % 65521, (b + a + Int(byte)) % 65521) }
        let length = [UInt8(rows.count & 255), UInt8(rows.count >> 8)]
        let zlib: [UInt8] = [0x78, 1, 1] + length + length.map { ~$0 } + rows + bigEndian(b << 16 | a)
        let header: [UInt8] = bigEndian(width) + bigEndian(height) + [8, 0, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", header) + chunk("IDAT", zlib) + chunk("IEND", [])
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        var crc: UInt32 = ~0
        for byte in body {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return bigEndian(data.count) + body + bigEndian(Int(~crc))
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
