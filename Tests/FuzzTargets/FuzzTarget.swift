// What takes bytes from outside, each as a function of bytes: it may refuse them, never crash, hang or grow without
// bound. FuzzTests runs each over the seeds and their mutations; Tests/Fuzz lets libFuzzer look for more.

private import CSV
private import Checkpoints
private import Datasets
private import Foundation
private import Images
private import JSON
private import Jobs
private import Networks
private import Preparation
private import Records
package import SystemPackage
private import Tar
private import TensorBoard
private import Weights

package enum FuzzTarget: String, CaseIterable, Sendable {
    /// An image of either format, turned as its EXIF says.
    case image
    /// A TFRecord frame around a tf.Example.
    case record
    /// train.csv and categories.csv of prepared records, and any other table.
    case csv
    /// manifest.json, and any other JSON.
    case json
    /// A job file, YAML or JSON.
    case job
    /// An event file.
    case events
    /// A file of tensors.
    case safetensors
    /// A tar archive's list of members.
    case tar
    /// ILSVRC2012's meta.mat.
    case mat
    /// Labels of images, CSV or JSON, and names of classes.
    case labels
    /// Weights of PyTorch, in any of its forms.
    case pth
    /// Weights of Caffe, in either of its forms.
    case caffemodel

    /// - Parameter scratch: a folder for those that read files.
    package func run(_ bytes: [UInt8], scratch: FilePath) {
        switch self {
        case .image: bytes.withUnsafeBytes { _ = try? ImageDecoder().decodeUpright($0, minSide: 256) }
        case .record: bytes.withUnsafeBytes(Self.record)
        case .csv: Self.csv(bytes)
        case .json: Self.json(bytes)
        case .job: Self.job(bytes)
        case .events: Self.events(bytes, scratch)
        case .safetensors: Self.safetensors(bytes, scratch)
        case .tar: Self.tar(bytes)
        case .mat: _ = try? MATFile.synsets("meta.mat", bytes)
        case .labels:
            for name in ["a.csv", "a.json"] {
                _ = try? LabelTable(name, bytes)
                _ = try? ClassTable.classes(name, bytes, of: ["0", "1", "cat"])
            }
        case .pth, .caffemodel: Self.weights(bytes)
        }
    }

    private static func record(_ bytes: UnsafeRawBufferPointer) {
        _ = RecordFrame.data(of: bytes)
        // Checksums stop nearly all that is not meant: what lies inside is looked at without them too.
        let example = Example(bytes)
        _ = example.bytes(ExampleKey.encoded)
        _ = example.text(ExampleKey.format)
        _ = example.integer(ExampleKey.label)
    }

    /// A job with a key from the command line is written anew: that must read as the same plan.
    private static func job(_ bytes: [UInt8]) {
        _ = try? JobSetting(String(decoding: bytes, as: UTF8.self))
        for name in ["a.yml", "a.json"] {
            guard let setting = try? JobSetting("checkpoint.keep=7"),
                let job = try? Job(bytes: bytes, FilePath(name), relativeTo: "/", settings: [setting])
            else { continue }
            // Marks of anchors are refused in YAML even within a text, which a JSON job may hold.
            if bytes.contains(UInt8(ascii: "&")) { continue }
            let again = try? Job(bytes: job.bytes, "a.yml", relativeTo: "/")
            precondition(again?.plan == job.plan, String(decoding: job.bytes, as: UTF8.self))
        }
    }

    private static func csv(_ bytes: [UInt8]) {
        _ = try? Categories(bytes)
        var reader = CSVReader(bytes)
        while let row = try? reader.next() { _ = row }
    }

    private static func json(_ bytes: [UInt8]) {
        _ = try? JSONNode(bytes, deepest: 64)
        _ = try? RecordManifest(bytes, FilePath("manifest.json"))
    }

    private static func events(_ bytes: [UInt8], _ scratch: FilePath) {
        let file = scratch.appending("events.out.tfevents.1.a")
        guard (try? Data(bytes).write(to: URL(filePath: file.string))) != nil,
            var reader = try? EventReader(folder: scratch)
        else { return }
        while let event = try? reader.next() { _ = event }
    }

    private static func tar(_ bytes: [UInt8]) {
        _ = try? TarArchive.entries(size: Int64(bytes.count)) { offset, count in
            guard offset >= 0, offset < bytes.count else { return [] }
            return Array(bytes[Int(offset)...].prefix(count))
        }
    }

    private static func safetensors(_ bytes: [UInt8], _ scratch: FilePath) {
        let file = scratch.appending("model.safetensors")
        guard (try? Data(bytes).write(to: URL(filePath: file.string))) != nil else { return }
        _ = try? SafetensorsFile(file)
    }

    /// All that importing does; which form it is, the bytes say.
    private static func weights(_ bytes: [UInt8]) {
        guard let file = try? TensorFile(Bytes(bytes)) else { return }
        for tensor in file.tensors {
            // No tensor has more elements than its file has bytes.
            var values = [Float](repeating: 0, count: tensor.count)
            try? values.withUnsafeMutableBufferPointer { try tensor.read(into: $0) }
        }
        for model in Model.allCases { _ = try? NetworkWeights(file, model) }
    }
}
