// Max pooling over [height][width][channels]. Among equal maxima the first in reading order wins; NaN beats all.
#pragma once
#include <stdint.h>

typedef struct {
    int height, width, channels;
    int kernel, stride; // kernel at most 15
    int out_height, out_width;
} pool_shape;

/// winners: for each output, row · kernel + column of its maximum within the window.
void pool_forward(const pool_shape *shape, const float *x, float *y, uint8_t *winners);

/// Writes all of dx.
void pool_backward(const pool_shape *shape, const float *dy, const uint8_t *winners, float *dx);
