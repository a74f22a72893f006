// From descriptors to a convolution: what tensors, operations and graphs must be.

#include "cudnn_descriptors.h"

namespace fake {

namespace {

int check_tensor(const descriptor &tensor) {
    auto type = tensor.value<int>(CUDNN_TENSOR_DATA_TYPE);
    if (type != CUDNN_DATA_FLOAT && type != CUDNN_DATA_BFLOAT16) return refuse(cudnn_unsupported_data_type, "data type %d", type);
    auto &sizes = tensor.attributes.at(CUDNN_TENSOR_DIMENSIONS), &strides = tensor.attributes.at(CUDNN_TENSOR_STRIDES);
    if (sizes.count != strides.count) return refuse(cudnn_bad, "a tensor has %ld sizes and %ld strides", long(sizes.count), long(strides.count));
    if (sizes.count != 4) return refuse(cudnn_unsupported_shape, "a tensor has %ld dimensions, not 4", long(sizes.count));
    for (size_t i = 0; i < 4; i++) {
        if (tensor.value<int64_t>(CUDNN_TENSOR_DIMENSIONS, i) < 1 || tensor.value<int64_t>(CUDNN_TENSOR_STRIDES, i) < 1) {
            return refuse(cudnn_bad, "a tensor's sizes and strides must be positive");
        }
    }
    auto alignment = tensor.value<int64_t>(CUDNN_TENSOR_ALIGNMENT);
    if (alignment < 1 || (alignment & (alignment - 1))) return refuse(cudnn_bad, "alignment %ld is no power of 2", long(alignment));
    return cudnn_done;
}

int check_convolution(const descriptor &convolution) {
    if (convolution.value<int>(CUDNN_CONVOLUTION_COMPUTE_TYPE) != CUDNN_DATA_FLOAT) return refuse(cudnn_unsupported_data_type, "compute type");
    if (convolution.value<int>(CUDNN_CONVOLUTION_MODE) != CUDNN_CROSS_CORRELATION) return refuse(cudnn_unsupported, "convolution mode");
    auto dimensions = convolution.value<int64_t>(CUDNN_CONVOLUTION_SPATIAL_DIMENSIONS);
    if (dimensions != 2) return refuse(cudnn_unsupported_shape, "%ld spatial dimensions", long(dimensions));
    for (int name : {CUDNN_CONVOLUTION_DILATIONS, CUDNN_CONVOLUTION_STRIDES, CUDNN_CONVOLUTION_PRE_PADDINGS,
                     CUDNN_CONVOLUTION_POST_PADDINGS}) {
        if (convolution.attributes.at(name).count != 2) return refuse(cudnn_bad, "attribute %d has not 2 values", name);
        bool is_padding = name == CUDNN_CONVOLUTION_PRE_PADDINGS || name == CUDNN_CONVOLUTION_POST_PADDINGS;
        for (size_t i = 0; i < 2; i++) {
            if (convolution.value<int64_t>(name, i) < (is_padding ? 0 : 1)) return refuse(cudnn_bad, "attribute %d is too small", name);
        }
    }
    return cudnn_done;
}

tensor tensor_of(const descriptor &from) {
    tensor result;
    result.id = from.value<int64_t>(CUDNN_TENSOR_UNIQUE_ID);
    result.alignment = from.value<int64_t>(CUDNN_TENSOR_ALIGNMENT);
    result.type = from.value<int>(CUDNN_TENSOR_DATA_TYPE) == CUDNN_DATA_BFLOAT16 ? element::bf16 : element::fp32;
    result.is_virtual = from.value<char>(CUDNN_TENSOR_IS_VIRTUAL);
    for (size_t i = 0; i < 4; i++) {
        result.size[i] = from.value<int64_t>(CUDNN_TENSOR_DIMENSIONS, i);
        result.stride[i] = from.value<int64_t>(CUDNN_TENSOR_STRIDES, i);
    }
    return result;
}

// Where each kind of operation has its parts.
struct operation_names {
    fake::pass pass;
    int alpha, beta, convolution, w, x, y;
};

const operation_names *names_of(int kind) {
    static const operation_names forward = {pass::forward, CUDNN_FORWARD_ALPHA, CUDNN_FORWARD_BETA, CUDNN_FORWARD_CONVOLUTION,
                                            CUDNN_FORWARD_W, CUDNN_FORWARD_X, CUDNN_FORWARD_Y};
    static const operation_names data = {pass::input_gradient, CUDNN_BACKWARD_DATA_ALPHA, CUDNN_BACKWARD_DATA_BETA,
                                         CUDNN_BACKWARD_DATA_CONVOLUTION, CUDNN_BACKWARD_DATA_W, CUDNN_BACKWARD_DATA_DX,
                                         CUDNN_BACKWARD_DATA_DY};
    static const operation_names filter = {pass::weight_gradient, CUDNN_BACKWARD_FILTER_ALPHA, CUDNN_BACKWARD_FILTER_BETA,
                                           CUDNN_BACKWARD_FILTER_CONVOLUTION, CUDNN_BACKWARD_FILTER_DW, CUDNN_BACKWARD_FILTER_X,
                                           CUDNN_BACKWARD_FILTER_DY};
    switch (kind) {
    case CUDNN_OPERATION_CONVOLUTION_FORWARD: return &forward;
    case CUDNN_OPERATION_CONVOLUTION_BACKWARD_DATA: return &data;
    case CUDNN_OPERATION_CONVOLUTION_BACKWARD_FILTER: return &filter;
    default: return nullptr;
    }
}

convolution convolution_of(const descriptor &operation, const operation_names &names) {
    convolution result;
    result.pass = names.pass;
    result.alpha = operation.value<float>(names.alpha);
    result.beta = operation.value<float>(names.beta);
    result.w = tensor_of(operation.part(names.w));
    result.x = tensor_of(operation.part(names.x));
    result.y = tensor_of(operation.part(names.y));
    auto &geometry = operation.part(names.convolution);
    for (size_t i = 0; i < 2; i++) {
        result.stride[i] = geometry.value<int64_t>(CUDNN_CONVOLUTION_STRIDES, i);
        result.dilation[i] = geometry.value<int64_t>(CUDNN_CONVOLUTION_DILATIONS, i);
        result.before[i] = geometry.value<int64_t>(CUDNN_CONVOLUTION_PRE_PADDINGS, i);
        result.after[i] = geometry.value<int64_t>(CUDNN_CONVOLUTION_POST_PADDINGS, i);
    }
    return result;
}

int check_shapes(const convolution &one) {
    auto &[n, c, h, w] = one.x.size;
    if (one.y.size[0] != n || one.w.size[0] != one.y.size[1]) return refuse(cudnn_wrong_shape, "images or output channels differ");
    if (one.w.size[1] != c) return refuse(cudnn_unsupported_shape, "grouped convolution: %ld of %ld input channels", long(one.w.size[1]), long(c));
    for (int i = 0; i < 2; i++) {
        int64_t reach = one.x.size[i + 2] + one.before[i] + one.after[i] - one.dilation[i] * (one.w.size[i + 2] - 1) - 1;
        if (reach < 0 || one.y.size[i + 2] != reach / one.stride[i] + 1) {
            return refuse(cudnn_wrong_shape, "the output is %ld and not %ld in dimension %d", long(one.y.size[i + 2]),
                          long(reach / one.stride[i] + 1), i + 2);
        }
    }
    return cudnn_done;
}

bool same_size(const tensor &first, const tensor &second) {
    return !memcmp(first.size, second.size, sizeof first.size);
}

int check_pointwise(const descriptor &operation) {
    int mode = operation.part(CUDNN_POINTWISE_DESCRIPTOR).value<int>(CUDNN_POINTWISE_MODE);
    if (mode != CUDNN_POINTWISE_ADD && mode != CUDNN_POINTWISE_RELU_FORWARD) return refuse(cudnn_unsupported, "pointwise mode %d", mode);
    if ((mode == CUDNN_POINTWISE_ADD) != operation.has(CUDNN_POINTWISE_B)) return refuse(cudnn_bad, "pointwise mode %d and its operand B", mode);
    auto x = tensor_of(operation.part(CUDNN_POINTWISE_X)), y = tensor_of(operation.part(CUDNN_POINTWISE_Y));
    return same_size(x, y) ? cudnn_done : refuse(cudnn_wrong_shape, "a pointwise operation changes the shape");
}

// A convolution with what follows it: a bias, then ReLU. Everything between them is virtual and float.
int check_graph(descriptor &graph) {
    auto &operations = graph.attributes.at(CUDNN_GRAPH_OPERATIONS).parts;
    auto names = names_of(operations[0]->kind);
    if (!names) return refuse(cudnn_unsupported_pattern, "the graph does not begin with a convolution");
    convolution whole = convolution_of(*operations[0], *names);
    if (whole.pass != pass::forward && operations.size() > 1) return refuse(cudnn_unsupported_pattern, "operations behind a gradient");
    if (whole.pass == pass::forward && whole.beta != 0) return refuse(cudnn_unsupported, "beta of a forward convolution is not 0");
    for (size_t i = 1; i < operations.size(); i++) {
        auto &operation = *operations[i];
        if (operation.kind != CUDNN_OPERATION_POINTWISE) return refuse(cudnn_unsupported_pattern, "two convolutions");
        auto from = tensor_of(operation.part(CUDNN_POINTWISE_X)), to = tensor_of(operation.part(CUDNN_POINTWISE_Y));
        if (from.id != whole.y.id || !whole.y.is_virtual || whole.y.type != element::fp32) {
            return refuse(cudnn_unsupported_pattern, "tensor %ld between two operations is not virtual and float", long(from.id));
        }
        auto &function = operation.part(CUDNN_POINTWISE_DESCRIPTOR);
        if (whole.relu) return refuse(cudnn_unsupported_pattern, "an operation behind ReLU");
        if (function.value<int>(CUDNN_POINTWISE_MODE) == CUDNN_POINTWISE_ADD) {
            whole.bias = tensor_of(operation.part(CUDNN_POINTWISE_B));
            auto [n, c, h, w] = whole.bias.size;
            if (whole.has_bias || n != 1 || c != whole.y.size[1] || h != 1 || w != 1) {
                return refuse(cudnn_unsupported_pattern, "a sum that is no bias");
            }
            whole.has_bias = true;
        } else {
            whole.relu = true;
            whole.propagates_nan = function.value<int>(CUDNN_POINTWISE_NAN_PROPAGATION) == 1;
        }
        whole.y = to;
    }
    for (auto tensor : {&whole.x, &whole.w, &whole.y, &whole.bias}) {
        if (tensor == &whole.bias && !whole.has_bias) continue;
        if (tensor->is_virtual) return refuse(cudnn_unsupported_pattern, "tensor %ld has no memory", long(tensor->id));
        if (tensor->stride[1] != 1 && tensor->size[1] != 1) return refuse(cudnn_unsupported_layout, "tensor %ld is not NHWC", long(tensor->id));
    }
    if (whole.x.type != whole.w.type || whole.x.type != whole.y.type) return refuse(cudnn_unsupported_data_type, "tensors of two types");
    if (whole.x.type == element::bf16 && (whole.x.size[1] % 8 || whole.y.size[1] % 8)) {
        return refuse(cudnn_unsupported_shape, "%ld and %ld channels are no multiples of 8", long(whole.x.size[1]), long(whole.y.size[1]));
    }
    graph.work = std::make_shared<const convolution>(whole);
    return cudnn_done;
}

} // namespace

int check_graph_part(descriptor &one) {
    switch (one.kind) {
    case CUDNN_TENSOR: return check_tensor(one);
    case CUDNN_CONVOLUTION: return check_convolution(one);
    case CUDNN_POINTWISE:
        return one.value<int>(CUDNN_POINTWISE_MATH_PRECISION) == CUDNN_DATA_FLOAT ? cudnn_done : refuse(cudnn_unsupported_data_type, "precision");
    case CUDNN_OPERATION_POINTWISE: return check_pointwise(one);
    case CUDNN_OPERATION_GRAPH: return check_graph(one);
    default:
        if (auto names = names_of(one.kind)) return check_shapes(convolution_of(one, *names));
        return cudnn_done;
    }
}

} // namespace fake
