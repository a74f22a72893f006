// Local response normalisation across channels: y = x · s^−β with s = k + α/n · Σ x² over the n channels around.
#pragma once

typedef struct {
    int size; // n, at most 16
    float alpha, beta, k;
} lrn_shape;

/// x, y: [pixels][channels]. scratch: 3 · channels + 32 floats.
void lrn_forward(const lrn_shape *shape, const float *x, float *y, long pixels, int channels, float *scratch);

/// dx from x and dy; dx may be dy.
void lrn_backward(const lrn_shape *shape, const float *x, const float *dy, float *dx, long pixels, int channels,
                  float *scratch);
