// loss.cu.

internal import CCUDA

extension Kernels {
    /// - Parameters:
    ///   - shape: of the scores; one tower.
    ///   - labels: an int32 per image.
    ///   - results: device_result of each; those of images that are not real stay as they are.
    ///   - gradient: elements as the scores, of the mean loss of the whole batch; 0 where none is wanted.
    func loss(
        scores: cuda_address, _ shape: device_tensor, labels: cuda_address, results: cuda_address,
        gradient: cuda_address, step: cuda_address, on stream: Stream
    ) throws {
        try launch(
            "softmax_loss", (Int(shape.images), 1, 1), on: stream,
            KernelArguments(scores, shape, labels, results, gradient, Int32(gradient == 0 ? 0 : 1), step))
    }

    /// - Parameter out: floats, [count][classes]: of the real images only.
    func scores(
        _ scores: cuda_address, _ shape: device_tensor, to out: cuda_address, step: cuda_address,
        on stream: Stream
    ) throws {
        try launch(
            "scores_out", over: Int(shape.images) * Int(shape.channels), on: stream,
            KernelArguments(scores, shape, out, step))
    }
}
