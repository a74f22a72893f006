// layout.cu.

internal import CCUDA

extension Kernels {
    /// - Parameters:
    ///   - device: numbers as `weight` has them, elements if `narrow`, else floats.
    ///   - canonical: floats, [outputs][inputs][rows][columns].
    func toCanonical(
        device: cuda_address, narrow: Bool, _ weight: device_weight, canonical: cuda_address,
        on stream: Stream
    ) throws {
        try launch(
            "weight_to_canonical", over: weight.deviceCount, on: stream,
            KernelArguments(device, Int32(narrow ? 1 : 0), weight, canonical))
    }

    /// All of the device's numbers are written, zeros where there is padding.
    func fromCanonical(
        _ canonical: cuda_address, _ weight: device_weight, device: cuda_address, on stream: Stream
    ) throws {
        try launch(
            "weight_from_canonical", over: weight.deviceCount, on: stream,
            KernelArguments(canonical, weight, device))
    }

    /// - Parameter gradient: elements.
    func clearPadding(_ gradient: cuda_address, _ weight: device_weight, on stream: Stream) throws {
        try launch(
            "weight_clear_padding", over: weight.deviceCount, on: stream, KernelArguments(gradient, weight))
    }

    /// Floats to elements.
    /// - Parameter count: a multiple of 8.
    func narrow(_ weights: cuda_address, to copy: cuda_address, count: Int, on stream: Stream) throws {
        try launch(
            "narrow_weights", over: count, each: 8, on: stream, KernelArguments(weights, copy, count))
    }

    /// The same layer in other towers, or with other padding.
    func regroup(
        _ x: cuda_address, _ from: device_tensor, to y: cuda_address, _ to: device_tensor, on stream: Stream
    ) throws {
        try launch("regroup", groupsOf: to, on: stream, KernelArguments(x, from, y, to))
    }
}
