// What "bit for bit that of a run that was never interrupted" means, file by file.

import Checkpoints
import Jobs
import Testing

/// Expects every checkpoint of `run`, and every point of its curves, to be that of `reference`.
func expectSame(
    _ run: RunFolder, as reference: RunFolder, location: SourceLocation = #_sourceLocation
) throws {
    let (store, other) = (CheckpointStore(run), CheckpointStore(reference))
    let steps = try store.steps()
    #expect(try steps == other.steps(), sourceLocation: location)
    for step in steps {
        #expect(try store.contents(of: step) == other.contents(of: step), sourceLocation: location)
    }
    try expectSameCurves(run, as: reference, location: location)
}

func expectSameCurves(
    _ run: RunFolder, as reference: RunFolder, location: SourceLocation = #_sourceLocation
) throws {
    let (curves, expected) = (try RunCurves(run), try RunCurves(reference))
    #expect(curves.damaged == [], sourceLocation: location)
    #expect(curves.repeated == [], sourceLocation: location)
    #expect(curves.graphs == 1, sourceLocation: location)
    #expect(!curves.computed.isEmpty, sourceLocation: location)
    let different = Set(curves.computed.keys).union(expected.computed.keys)
        .filter { curves.computed[$0] != expected.computed[$0] }
    #expect(different == [], sourceLocation: location)
    // Without a checkpoint's seconds: they are logged at the first log step after it happened to be finished.
    let missing = curves.measured.symmetricDifference(expected.measured)
        .filter { $0.tag != "system/checkpoint_seconds" }
    #expect(missing == [], sourceLocation: location)
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
