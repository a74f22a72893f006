// The small files of prepared records, as pure functions of their bytes: whatever these are, an answer that holds or an
// error with its line.

import CSV
import Datasets
import Foundation
import Testing

@Suite struct RecordIndexTests {
    private static let sizes: [Int64] = [1000, 200]
    private static let classes: [String: Int32] = ["cat": 0, "dog": 1]

    private func samples(_ bytes: [UInt8]) throws(CSVError) -> [Sample] {
        try RecordIndex.samples(bytes, classes: Self.classes, shardSizes: Self.sizes, firstShard: 3)
    }

    private func samples(_ rows: String) throws(CSVError) -> [Sample] {
        try samples(Array("image,class,shard,offset,length\n\(rows)".utf8))
    }

    @Test func rowsAreSamples() throws {
        let expected = [
            Sample(path: "a, b.jpg", label: 1, size: 984, place: .record(shard: 3, offset: 0)),
            Sample(path: "c", label: 0, size: 0, place: .record(shard: 4, offset: 184)),
        ]
        #expect(try samples("\"a, b.jpg\",dog,0,0,984\nc,cat,1,184,0\n") == expected)
        var written = RecordIndex.header
        for (sample, name) in zip(expected, ["dog", "cat"]) {
            RecordIndex.append(sample, class: name, to: &written)
        }
        let read = try RecordIndex.samples(
            written.bytes, classes: Self.classes, shardSizes: [0, 0, 0] + Self.sizes, firstShard: 0)
        #expect(read == expected)
    }

    @Test(arguments: [
        "a,cat,0,0,985", "a,cat,0,1,984", "a,cat,2,0,1", "a,cat,-1,0,1", "a,cat,0,-1,1", "a,cat,0,0,-1",
        "a,cat,0,x,1",
        "a,cat,0,9223372036854775807,9223372036854775807", "a,cat,0,9223372036854775808,1", "a,cat,,,",
        "a,cow,0,0,1",
        "a,cat,0,0", "a,cat,1,185,0",
    ])
    func placesThatThereAreNotAreRefused(_ row: String) {
        let error = #expect(throws: CSVError.self) { try samples("ok,cat,0,0,1\n\(row)\n") }
        #expect(error?.line == 3)
    }

    @Test func garbageIsAnErrorOrHarmless() {
        let seed = Array("image,class,shard,offset,length\na,cat,0,0,984\n\"b\"\"\",dog,1,100,84\n".utf8)
        var state: UInt64 = 3
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var read = 0
        for _ in 0..<5000 {
            var bytes = seed
            for _ in 0...below(3) {
                switch below(3) {
                case 0: bytes[below(bytes.count)] = Array("0123456789,\"\n-a\u{0}".utf8)[below(16)]
                case 1: bytes.remove(at: below(bytes.count))
                default: bytes.insert(UInt8(below(256)), at: below(bytes.count))
                }
            }
            guard let samples = try? samples(bytes) else { continue }
            read += 1
            for sample in samples {
                guard case .record(let shard, let offset) = sample.place else { continue }
                #expect((3...4).contains(shard))
                #expect(offset >= 0 && offset + sample.size + 16 <= Self.sizes[Int(shard) - 3])
                #expect((0...1).contains(sample.label))
            }
        }
        #expect(read > 100)
    }

    @Test func categoriesAreReadBack() throws {
        let categories = Categories([.init(name: "n01", text: "tench, Tinca"), .init(name: "n02", text: "")])
        #expect(try Categories(categories.encoded()) == categories)
        for text in ["", "index,class\n", "index,class,text\n1,a,\n", "index,class,text\n0,a,\n1,a,\n"] {
            #expect(throws: CSVError.self) { try Categories(Array(text.utf8)) }
        }
    }

    /// With a manifest that vouches for it.
    @Test(arguments: [
        "{}", "", "null", #"{"sums": {"pixels": 1, "sums": [1]}}"#,
        #"{"mean":[],"deviation":[],"covariance":[],"eigenvalues":[],"eigenvectors":[],"sums":{"pixels":0,"sums":[0,0,0,0,0,0,0,0,0]}}"#,
        #"{"mean":[],"deviation":[],"covariance":[],"eigenvalues":[],"eigenvectors":[],"sums":{"pixels":-1,"sums":[0,0,0,0,0,0,0,0,0]}}"#,
    ])
    func coloursThatCannotBeAreRefused(_ text: String) throws {
        let records = try HandmadeRecords(isRaw: false)
        let path = records.root.appending("manifest.json")
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path.string)))
        let whole = try RecordManifest(bytes, path)
        try records.write(
            RecordManifest(
                settings: [:], classes: 2, train: whole.train, validation: whole.validation, test: nil,
                categories: whole.categories, colors: try records.file("rgb.json", Array(text.utf8)),
                repaired: [:],
                leftOut: 0))
        let error = #expect(throws: DatasetsError.self) { try Dataset.open(records.root) }
        #expect(
            error?.message.contains("rgb.json does not hold a data set's colours") == true, "\(error as Any)")
    }

    /// Though its bytes are right.
    @Test func aManifestLeadsNowhereElse() throws {
        let records = try HandmadeRecords(isRaw: false)
        let path = records.root.appending("manifest.json")
        let whole = try RecordManifest([UInt8](try Data(contentsOf: URL(filePath: path.string))), path)
        let name = try #require(records.root.lastComponent).string
        for file in ["../\(name)/categories.csv", "\(records.root)/categories.csv", "..", "./categories.csv"]
        {
            try records.write(
                RecordManifest(
                    settings: [:], classes: 2, train: whole.train, validation: whole.validation, test: nil,
                    categories: .init(
                        name: file, size: whole.categories.size, sha256: whole.categories.sha256),
                    colors: whole.colors, repaired: [:], leftOut: 0))
            let error = #expect(throws: DatasetsError.self, "\(file)") { try Dataset.open(records.root) }
            #expect(error?.code == .badData)
        }
    }
}
