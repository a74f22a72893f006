// Max pooling with what stands before it: local response normalisation of 5 channels and β = ¾, if there is
// one, and the gradient of a ReLU before both. A row of the image is normalised when the first window needs
// it and kept until the last has had it; nothing of the normalised image goes to memory.
//
// Among equal maxima the first in reading order wins; NaN beats all (as pooling.h).
#pragma once
#include "pooling.h"
#include <stdint.h>

typedef struct {
    pool_shape pool;
    /// Whether there is a normalisation; then its k, and α divided by 5.
    int normalizes;
    float k, factor;
    /// Whether a ReLU stands before: the gradient is zero where x is not above 0.
    int rectified;
} response_pool;

/// Floats of scratch that both passes need.
long response_pool_scratch(const response_pool *shape);

typedef struct {
    /// One image. winners: for each output, row · kernel + column of its maximum within the window.
    void (*forward)(const response_pool *shape, const float *x, float *y, uint8_t *winners, float *scratch);
    /// Writes all of dx.
    void (*backward)(const response_pool *shape, const float *x, const float *dy, const uint8_t *winners,
                     float *dx, float *scratch);
} response_pool_kernels;
