// The kernels' sources, one module each, and the functions that are called in them.

internal import CCUDA

enum KernelSource: String, CaseIterable {
    case input, layout, activation, product, pool, loss, update, statistics
    case responseNorm = "response_norm"
    case batchNorm = "batch_norm"
    /// Made for one layer at a time: `ResponsePool`.
    case responsePool = "response_pool"

    /// Those that take any shape.
    static let general = allCases.filter { $0 != .responsePool }

    /// As compilers and profilers name it.
    var file: String { "\(rawValue).cu" }

    /// What the compiler is given: the parts that all have in common, and its own. Messages name the part.
    var text: String {
        [
            ("device_types.h", kernel_text(KERNEL_DEVICE_TYPES)), ("device.cuh", kernel_text(KERNEL_DEVICE)),
            (file, kernel_text(part)),
        ].map { "#line 1 \"\($0)\"\n\(String(cString: $1))\n" }.joined()
    }

    private var part: kernel_part {
        switch self {
        case .input: KERNEL_INPUT
        case .layout: KERNEL_LAYOUT
        case .activation: KERNEL_ACTIVATION
        case .product: KERNEL_PRODUCT
        case .responseNorm: KERNEL_RESPONSE_NORM
        case .pool: KERNEL_POOL
        case .batchNorm: KERNEL_BATCH_NORM
        case .loss: KERNEL_LOSS
        case .update: KERNEL_UPDATE
        case .statistics: KERNEL_STATISTICS
        case .responsePool: KERNEL_RESPONSE_POOL
        }
    }

    var functions: [String] {
        switch self {
        case .input: ["input_crop"]
        case .layout:
            [
                "weight_to_canonical", "weight_from_canonical", "weight_clear_padding", "narrow_weights",
                "regroup",
            ]
        case .activation: ["relu_forward", "relu_backward", "dropout"]
        case .product: ["output_gradient", "bias_gradient"]
        case .responseNorm: ["response_norm_forward", "response_norm_backward"]
        case .pool: ["pool_forward", "pool_backward"]
        case .batchNorm:
            [
                "batch_norm_sums", "batch_norm_measure", "batch_norm_forward", "batch_norm_gradients",
                "batch_norm_backward",
            ]
        case .loss: ["softmax_loss", "scores_out"]
        case .update:
            [
                "gradient_squares", "gradient_norms", "update_sgd", "update_nesterov", "update_adam",
                "update_adamw", "add_gradients", "swap_averages",
            ]
        case .statistics:
            ["parameter_moments", "parameter_histograms", "activation_moments", "activation_histogram"]
        case .responsePool: ["response_pool_forward", "response_pool_backward"]
        }
    }
}
