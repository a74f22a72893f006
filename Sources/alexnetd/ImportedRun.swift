// A run made of weights from elsewhere: runs/NAME with a plan and one checkpoint, of step 0, in the form that training
// writes, so that whatever reads a run reads it. It gets its name when it is whole.

import Checkpoints
import Compute
import Datasets
import Files
import Foundation
import Jobs
import Networks
import SystemPackage
import Training
import Weights

struct ImportedRun {
    let name: String
    let model: Model
    let weights: NetworkWeights
    /// Absolute; where the weights are from.
    let file: FilePath
    /// Its classes are the network's outputs; of images, it may have none.
    let dataset: Dataset
    let normalization: Normalization

    /// - Throws: `WeightsError` where there is such a run already; `CheckpointsError`, `JobError`, `Errno`.
    func write(to root: RootFolder) throws {
        let run = root.run(name)
        guard access(run.path.string, F_OK) != 0 else {
            throw WeightsError(
                .exists, "there is a run \(name) already, at \(run.path); choose another name, or remove it")
        }
        let values = ParameterSet(weights.network.parameters)
        for index in values.parameters.indices { try weights.read(index, into: values[index]) }

        let unfinished = RunFolder(root.runs.appending(".\(name).import"))
        try root.runs.makeFolder()
        try? FileManager.default.removeItem(atPath: unfinished.path.string)
        do {
            try unfinished.path.makeFolder()
            let plan = try plan()
            _ = try CheckpointStore(folder: unfinished.checkpoints, keep: nil).publish(step: 0, isBest: false)
            {
                let tensors = values.parameters.indices.map { index in
                    Tensor(
                        values.parameters[index].name, values.parameters[index].shape,
                        UnsafeBufferPointer(values[index]))
                }
                try $0.write(Checkpoint.modelFile, tensors, metadata: ["format": "pt"])
                try $0.write(Checkpoint.stateFile, try state.json())
                try $0.write(Checkpoint.planFile, try plan.json())
            }
            try plan.write(to: unfinished.plan)
            try unfinished.path.rename(to: run.path)
            try root.runs.syncFolder()
        } catch {
            try? FileManager.default.removeItem(atPath: unfinished.path.string)
            throw error
        }
        withExtendedLifetime(values) {}
    }

    private var state: TrainingState {
        var state = TrainingState()
        state.numerics = ["program": Version.text]
        state.normalization = normalization
        state.data = dataset.fingerprint
        return state
    }

    /// A job that would begin with these weights.
    private func plan() throws -> Plan {
        var spec = JobSpec(dataset: dataset.root.string, file: file.string)
        spec.model = model
        spec.width = weights.width
        spec.initialization = .file(file.string)
        spec.normalization = .given(
            mean: SIMD3<Double>(normalization.mean), deviation: SIMD3<Double>(normalization.deviation))
        return try spec.plan(name: name, relativeTo: nil, on: nil)
    }
}
