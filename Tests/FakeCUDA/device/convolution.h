// Convolutions as loops over NHWC tensors with fp32 sums in a fixed order.

#ifndef FAKE_CUDA_CONVOLUTION_H
#define FAKE_CUDA_CONVOLUTION_H

#include "element.h"

namespace fake {

// Dimensions in the order N, C, H, W; the stride of C is 1.
struct tensor {
    int64_t id = 0, alignment = 16;
    element type = element::fp32;
    bool is_virtual = false;
    int64_t size[4] = {}, stride[4] = {};

    // Bytes from the first to behind the last element.
    int64_t extent() const;
};

enum class pass { forward, input_gradient, weight_gradient };

// One convolution with what is fused to it.
struct convolution {
    fake::pass pass = pass::forward;
    // Input, weights (K, C, R, S) and output, or their gradients.
    tensor x, w, y, bias;
    bool has_bias = false, relu = false;
    // Whether ReLU of NaN is NaN, and not 0.
    bool propagates_nan = false;
    int64_t stride[2] = {1, 1}, dilation[2] = {1, 1}, before[2] = {}, after[2] = {};
    float alpha = 1, beta = 0;

    // `tf32`: what is multiplied is rounded to that. `splits`: the weights' gradient is summed over so many groups of
    // images, which are added at the end.
    void run(void *x, void *w, void *y, const void *bias, bool tf32, int splits) const;
};

} // namespace fake

#endif
