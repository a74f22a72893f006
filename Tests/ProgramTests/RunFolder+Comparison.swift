// What "bit for bit that of a run that was never interrupted" means, file by file.

import Checkpoints
import Foundation
import Jobs
import Testing

/// Expects every checkpoint of `run`, and every point of its curves, to be that of `reference`.
/// - Parameter when: said with what is not as expected.
func expectSame(
    _ run: RunFolder, as reference: RunFolder, _ when: @autoclosure () -> String = "",
    location: SourceLocation = #_sourceLocation
) throws {
    let (store, other) = (CheckpointStore(run), CheckpointStore(reference))
    let steps = try store.steps()
    #expect(try steps == other.steps(), "\(when())", sourceLocation: location)
    for step in try other.steps() where steps.contains(step) {
        #expect(
            try store.contents(of: step) == other.contents(of: step), "\(when())", sourceLocation: location)
    }
    try expectSameCurves(run, as: reference, when(), location: location)
}

func expectSameCurves(
    _ run: RunFolder, as reference: RunFolder, _ when: @autoclosure () -> String = "",
    location: SourceLocation = #_sourceLocation
) throws {
    let (curves, expected) = (try RunCurves(run), try RunCurves(reference))
    #expect(curves.damaged == [], "\(when())", sourceLocation: location)
    #expect(curves.repeated == [], "\(when())", sourceLocation: location)
    #expect(curves.late == [], "\(when())", sourceLocation: location)
    #expect(curves.graphs == 1, "\(when())", sourceLocation: location)
    #expect(!curves.computed.isEmpty, "\(when())", sourceLocation: location)
    let different = Set(curves.computed.keys).union(expected.computed.keys)
        .filter { curves.computed[$0] != expected.computed[$0] }
    #expect(different == [], "\(when())", sourceLocation: location)
    let missing = curves.measuredByPlan.symmetricDifference(expected.measuredByPlan)
    #expect(missing == [], "\(when())", sourceLocation: location)
}

/// Expects what holds at every moment of a run that nobody but its worker has touched: a checkpoint that has its name is
/// whole, and no point is there twice.
func expectNoHarm(
    _ run: RunFolder, _ when: @autoclosure () -> String = "", location: SourceLocation = #_sourceLocation
) throws {
    let store = CheckpointStore(run)
    for step in try store.steps() {
        #expect(try store.verified(step) != nil, "\(when())", sourceLocation: location)
    }
    guard FileManager.default.fileExists(atPath: run.path.string) else { return }
    let curves = try RunCurves(run)
    #expect(curves.repeated == [], "\(when())", sourceLocation: location)
    #expect(curves.damaged.count <= 1, "\(when()) \(curves.damaged)", sourceLocation: location)
}

extension CheckpointStore {
    /// For reading.
    init(_ run: RunFolder) { self.init(folder: run.checkpoints, keep: nil) }

    func weights(of step: Int) throws -> Manifest.File? {
        try verified(step)?.manifest.files.first { $0.name == Checkpoint.modelFile }
    }

    /// The weights, the moments and the state of a step, as hashes of bytes that were read and verified.
    func contents(of step: Int) throws -> [Manifest.File] {
        let names = [Checkpoint.modelFile, Checkpoint.optimizerFile, Checkpoint.stateFile]
        let files = try #require(try verified(step)).manifest.files.filter { names.contains($0.name) }
        try #require(files.count == names.count)
        return files
    }
}
