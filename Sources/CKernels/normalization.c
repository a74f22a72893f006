#include "normalization.h"
#include "kernel.h"
#include <math.h>
#include <string.h>

enum { margin = 16 }; // zeros on both sides of a row of channels, so that windows need no bounds

// s[c] = k + α/n · Σ x² over the window around c, in the order of the channels. `padded` is a row with zero margins.
static inline __attribute__((always_inline)) void window_sum(int size, const float *padded, float *sum, int channels) {
    const float *first = padded + margin - size / 2;
    for (int c = 0; c < channels; c++) sum[c] = first[c];
    for (int j = 1; j < size; j++)
        for (int c = 0; c < channels; c++) sum[c] += first[c + j];
}

static inline __attribute__((always_inline)) void scales(const lrn_shape *shape, const float *x, float *padded, float *s,
                                                         int channels) {
    const float factor = shape->alpha / (float)shape->size;
    for (int c = 0; c < channels; c++) padded[margin + c] = x[c] * x[c];
    window_sum(shape->size, padded, s, channels);
    for (int c = 0; c < channels; c++) s[c] = shape->k + factor * s[c];
}

// s^−β. β = 0.75 without a logarithm: s^0.75 = √s · √√s.
static inline __attribute__((always_inline)) float power(float s, float beta) {
    if (beta != 0.75f) return powf(s, -beta);
    float root = sqrtf(s);
    return 1.0f / (root * sqrtf(root));
}

KERNEL static void forward_quarter(const lrn_shape *shape, const float *x, float *y, int channels, float *padded, float *s) {
    scales(shape, x, padded, s, channels);
    for (int c = 0; c < channels; c++) {
        float root = sqrtf(s[c]);
        y[c] = x[c] / (root * sqrtf(root));
    }
}

KERNEL static void backward_quarter(const lrn_shape *shape, const float *x, const float *dy, float *dx, int channels,
                                    float *padded, float *s, float *powers) {
    scales(shape, x, padded, s, channels);
    for (int c = 0; c < channels; c++) {
        float root = sqrtf(s[c]), p = 1.0f / (root * sqrtf(root));
        powers[c] = p;
        padded[margin + c] = dy[c] * x[c] * p / s[c];
    }
    window_sum(shape->size, padded, s, channels);
    const float factor = 2 * shape->alpha * 0.75f / (float)shape->size;
    for (int c = 0; c < channels; c++) dx[c] = dy[c] * powers[c] - factor * x[c] * s[c];
}

static void backward_any(const lrn_shape *shape, const float *x, const float *dy, float *dx, int channels, float *padded,
                         float *s, float *powers) {
    scales(shape, x, padded, s, channels);
    for (int c = 0; c < channels; c++) {
        powers[c] = power(s[c], shape->beta);
        padded[margin + c] = dy[c] * x[c] * powers[c] / s[c];
    }
    window_sum(shape->size, padded, s, channels);
    const float factor = 2 * shape->alpha * shape->beta / (float)shape->size;
    for (int c = 0; c < channels; c++) dx[c] = dy[c] * powers[c] - factor * x[c] * s[c];
}

void lrn_forward(const lrn_shape *shape, const float *x, float *y, long pixels, int channels, float *scratch) {
    float *padded = scratch, *s = scratch + channels + 2 * margin;
    memset(padded, 0, sizeof(float) * (size_t)(channels + 2 * margin));
    for (long i = 0; i < pixels; i++, x += channels, y += channels) {
        if (shape->beta == 0.75f) {
            forward_quarter(shape, x, y, channels, padded, s);
        } else {
            scales(shape, x, padded, s, channels);
            for (int c = 0; c < channels; c++) y[c] = x[c] * power(s[c], shape->beta);
        }
    }
}

void lrn_backward(const lrn_shape *shape, const float *x, const float *dy, float *dx, long pixels, int channels,
                  float *scratch) {
    float *padded = scratch, *s = scratch + channels + 2 * margin, *powers = s + channels;
    memset(padded, 0, sizeof(float) * (size_t)(channels + 2 * margin));
    for (long i = 0; i < pixels; i++, x += channels, dy += channels, dx += channels)
        (shape->beta == 0.75f ? backward_quarter : backward_any)(shape, x, dy, dx, channels, padded, s, powers);
}
