// The mean image of a normalization is too large for state.json: a checkpoint has it as a file of its own, which the state
// names, with one tensor "mean" of PyTorch's layout, [3, 256, 256].

internal import Checkpoints
internal import Compute

extension TrainingState {
    private static let tensor = "mean"
    private static let shape = [3, Batch.side, Batch.side]

    /// Hands the mean image to `body` as a tensor that lives as long; nothing where there is none.
    func withMeanImage(_ body: (_ file: String, Tensor) throws -> Void) throws {
        guard let meanImage, let image = normalization?.meanImage else { return }
        let pixels = Batch.side * Batch.side
        let planes = (0..<3).flatMap { channel in (0..<pixels).map { image[$0 * 3 + channel] } }
        try planes.withUnsafeBufferPointer { try body(meanImage, Tensor(Self.tensor, Self.shape, $0)) }
    }

    /// Completes a state that has been read from JSON.
    /// - Parameter open: opens a file of the same checkpoint.
    /// - Throws: `TrainingError.checkpoint` where the file holds something else; `CheckpointsError`.
    mutating func readMeanImage(_ open: (_ file: String) throws -> SafetensorsFile) throws {
        guard let meanImage, normalization != nil else { return }
        let file = try open(meanImage)
        guard file.shape(of: Self.tensor) == Self.shape else {
            throw TrainingError(
                .checkpoint, "\(file.path) holds no mean image: it needs a tensor \"mean\" of \(Self.shape)")
        }
        let pixels = Batch.side * Batch.side
        let planes = try [Float](unsafeUninitializedCapacity: 3 * pixels) { values, count in
            try file.read(Self.tensor, into: UnsafeMutableBufferPointer(rebasing: values[..<(3 * pixels)]))
            count = 3 * pixels
        }
        normalization?.meanImage = (0..<3 * pixels).map { planes[$0 % 3 * pixels + $0 / 3] }
    }
}
