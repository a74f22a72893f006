// A job read once: its bytes, the plan that follows from them, and the place of every key, so that what only shows
// later (a folder without images, say) is still answered with file and line, or with the option that gave it.

internal import Foundation
package import SystemPackage

package struct Job: Sendable {
    /// The file's; where settings went before it, what it says with them, in YAML.
    package let bytes: [UInt8]
    package let plan: Plan
    private let file: String
    private let places: [String: Int]
    private let recipe: Recipe?
    private let filled: Set<String>
    private let settings: [JobSetting]

    /// Where a job is to be carried out.
    package struct Place {
        /// Asked only where the job wants a GPU, or leaves that open.
        let machine: () -> Machine
        /// The plan that a run of this name was begun with.
        let earlier: (_ name: String) -> Plan?

        package init(_ machine: @escaping () -> Machine, in root: RootFolder? = nil) {
            self.machine = machine
            earlier = { name in root.flatMap { Plan.load($0.run(name)) } }
        }
    }

    /// - Parameters:
    ///   - folder: what relative paths in the job begin at; nil refuses them, as for a job that was dropped.
    ///   - name: the run's, where it is not to be the file's.
    ///   - settings: go before what the file says; of two for one key, the later.
    ///   - place: nil for a job that is not to be carried out here.
    package init(
        _ path: FilePath, relativeTo folder: FilePath?, name: String? = nil, settings: [JobSetting] = [],
        _ place: Place? = nil
    ) throws(JobError) {
        try self.init(
            bytes: try JobFile.read(path), path, relativeTo: folder, name: name, settings: settings, place)
    }

    /// - Parameter path: where the bytes are from; its name is the run's.
    package init(
        bytes: [UInt8], _ path: FilePath, relativeTo folder: FilePath?, name: String? = nil,
        settings: [JobSetting] = [], _ place: Place? = nil
    ) throws(JobError) {
        let fileName = name.map { "\($0).yml" } ?? path.lastComponent?.string ?? ""
        try self.init(
            try JobNode(bytes: bytes, file: path.string), written: bytes, file: path.string,
            name: try JobName(fileName: fileName).stem, relativeTo: folder, settings, place)
    }

    /// A job in which only the data set is given, and what settings say beside.
    /// - Parameters:
    ///   - dataset: absolute.
    ///   - folder: what relative paths in the settings begin at.
    ///   - name: the run's; else the folder's name, as far as that can be a run's.
    package init(
        dataset: FilePath, relativeTo folder: FilePath, name: String?, settings: [JobSetting],
        _ place: Place? = nil
    ) throws(JobError) {
        guard let name = name ?? dataset.lastComponent.flatMap({ JobName.stem(like: $0.string) }) else {
            throw JobError(
                .badName, "the folder's name makes no name for a run; give one with --as",
                file: dataset.string)
        }
        guard !settings.contains(where: { $0.key == "dataset" }) else {
            throw JobError(
                .duplicateKey, "is the data set already; leave it or --set dataset away", file: dataset.string
            )
        }
        try self.init(
            JobNode(.map([]), line: 1), written: nil, file: dataset.string,
            name: try JobName(fileName: "\(name).yml").stem, relativeTo: folder,
            [JobSetting(dataset: dataset)] + settings, place)
    }

    private init(
        _ node: JobNode, written: [UInt8]?, file: String, name: String, relativeTo folder: FilePath?,
        _ settings: [JobSetting], _ place: Place?
    ) throws(JobError) {
        var node = node
        for setting in settings { node = try setting.applied(to: node) }
        do {
            let spec = try JobSpec(node, file: file)
            plan = try spec.plan(
                name: name, relativeTo: folder, on: place?.machine, earlier: place?.earlier(name))
            (places, recipe, filled) = (spec.lines, spec.recipe, spec.filled)
        } catch {
            throw settings.placing(error)
        }
        (self.file, self.settings) = (file, settings)
        if settings.isEmpty, let written { bytes = written } else { bytes = Array(try node.yaml().utf8) }
    }

    /// The plan's keys and values; what a recipe has filled in names it.
    package var lines: [(key: String, value: String)] {
        plan.lines.map { key, value in
            guard let recipe, filled.contains(key) else { return (key, value) }
            return (key, "\(value)  (\(recipe.rawValue))")
        }
    }

    /// What is wrong with the value of `key`, with its place.
    package func error(
        _ code: JobError.Code, key: String, _ problem: String, cause: (any Error)? = nil
    ) -> JobError {
        settings.placing(JobError(code, problem, file: file, line: places[key], key: key, cause: cause))
    }
}
