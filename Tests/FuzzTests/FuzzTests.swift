// Every target over its seeds, and over each seed damaged in some hundred ways that are the same every time. README.md
// here says how libFuzzer looks for more.

import Foundation
import FuzzTargets
import SeededRandom
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct FuzzTests {
    private static let mutations = 200

    @Test(arguments: FuzzTarget.allCases)
    func standsItsSeedsAndWhatBecomesOfThem(_ target: FuzzTarget) throws {
        let scratch = try TemporaryFolder()
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(components: "Seeds", target.rawValue)
        let seeds = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            Array(try Data(contentsOf: folder.appending(component: $0)))
        }
        try #require(!seeds.isEmpty)
        var random = SeededRandom(seed: 1)
        for seed in seeds {
            target.run(seed, scratch: scratch.path)
            for _ in 0..<Self.mutations {
                target.run(Self.damaged(seed, seeds, &random), scratch: scratch.path)
            }
        }
        target.run([], scratch: scratch.path)
    }

    /// A few bytes changed, a piece lost or repeated, an end cut off, or another seed's piece in it.
    private static func damaged(_ seed: [UInt8], _ seeds: [[UInt8]], _ random: inout SeededRandom) -> [UInt8]
    {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...64, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where place < bytes.count: bytes[place] = .random(in: 0...255, using: &random)
            case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.removeSubrange(place...)
            default:
                let other = seeds[Int.random(in: 0..<seeds.count, using: &random)]
                bytes.insert(contentsOf: other.prefix(64), at: place)
            }
            if bytes.isEmpty { return bytes }
        }
        return bytes
    }
}
