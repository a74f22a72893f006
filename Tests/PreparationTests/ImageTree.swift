// A source made for one test: small pictures under the names that the test gives.

import Datasets
import Foundation
import Images
import Preparation
import SystemPackage
import TemporaryFolders

struct ImageTree {
    let folder = try! TemporaryFolder()
    var root: FilePath { folder.path.appending("source") }
    var destination: FilePath { folder.path.appending("records") }

    init() throws {
        try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
    }

    /// With a picture under each name.
    init(_ names: [String]) throws {
        try self.init()
        for (number, name) in names.enumerated() { try write(Self.jpeg(number), name) }
    }

    /// Two classes of some images each, in folders without a split.
    static func classes(_ count: Int) throws -> ImageTree {
        try ImageTree((0..<count).flatMap { ["cat/\(100 + $0).jpg", "dog/\(100 + $0).jpg"] })
    }

    func write(_ bytes: some Sequence<UInt8>, _ name: String) throws {
        try folder.write(bytes, to: "source/" + name)
    }

    func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

    static func picture(_ seed: Int, width: Int = 40, height: Int = 30) -> Image {
        let pixels = (0..<width * height * 3).map { place in
            UInt8(
                truncatingIfNeeded: place / 3 % width * (seed % 5 + 1) + place / (3 * width) * 3 + place % 3
                    * seed * 7)
        }
        return Image(width: width, height: height, pixels: pixels)
    }

    static func jpeg(_ seed: Int, _ encoder: JPEGEncoder = JPEGEncoder()) throws -> [UInt8] {
        try encoder.encode(picture(seed))
    }

    func listing(_ options: SourceOptions = SourceOptions()) throws -> Listing {
        try Listing.of(root, options).1
    }

    func kind(_ options: SourceOptions = SourceOptions()) throws -> String {
        try Listing.of(root, options).kind
    }

    /// Small and fast unless a test wants otherwise.
    static var settings: PreparationSettings {
        var settings = PreparationSettings()
        settings.size = 32
        return settings
    }

    /// - Parameter working: called again and again once images are being prepared, with how many are done.
    @discardableResult
    func prepare(
        _ settings: PreparationSettings = Self.settings, to destination: FilePath? = nil, threads: Int = 2,
        working: @escaping (Int) -> Void = { _ in }, shouldStop: @escaping () -> Bool = { false }
    ) throws -> Preparation.Outcome {
        try Preparation(root, to: destination ?? self.destination, settings).run(
            threads: threads, report: { if case .progress(let done, _) = $0 { working(done) } },
            shouldStop: shouldStop)
    }

    /// Until so many images are done; fewer than there are.
    /// - Throws: what says that it was stopped.
    func prepare(
        _ settings: PreparationSettings = Self.settings, to destination: FilePath? = nil,
        stoppingAfter images: Int
    ) throws {
        var isEnough = false
        try prepare(
            settings, to: destination, working: { isEnough = $0 >= images }, shouldStop: { isEnough })
    }

    /// Name and bytes of everything in a folder.
    static func contents(_ folder: FilePath) throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.string) {
            contents[name] = FileManager.default.contents(atPath: folder.appending(name).string)
        }
        return contents
    }
}
