#include "batch_norm.h"
#include "kernel.h"
#include <string.h>

enum {
    chunk = 16,  // channels whose sums stay in registers
    block = 32,  // pixels that stay in the first cache meanwhile
};

typedef float floats __attribute__((vector_size(64), aligned(4)));
typedef double doubles __attribute__((vector_size(128), aligned(8)));

KERNEL static void add_block(const float *a, const float *b, long pixels, int channels, double *sums) {
    int c = 0;
    for (; c + chunk <= channels; c += chunk) {
        doubles sum = *(const doubles *)(sums + c), product = *(const doubles *)(sums + channels + c);
        for (long p = 0; p < pixels; p++) {
            doubles u = __builtin_convertvector(*(const floats *)(a + p * channels + c), doubles);
            doubles v = __builtin_convertvector(*(const floats *)(b + p * channels + c), doubles);
            sum += u;
            product += u * v;
        }
        *(doubles *)(sums + c) = sum;
        *(doubles *)(sums + channels + c) = product;
    }
    for (; c < channels; c++)
        for (long p = 0; p < pixels; p++) {
            double u = a[p * channels + c], v = b[p * channels + c];
            sums[c] += u;
            sums[channels + c] += u * v;
        }
}

void batch_norm_sums(const float *a, const float *b, long pixels, int channels, double *sums) {
    memset(sums, 0, 2 * sizeof(double) * (size_t)channels);
    for (long p = 0; p < pixels; p += block) {
        long count = pixels - p < block ? pixels - p : block;
        add_block(a + p * channels, b + p * channels, count, channels, sums);
    }
}

KERNEL void batch_norm_total(const double *sums, int images, int channels, double *restrict total) {
    memset(total, 0, 2 * sizeof(double) * (size_t)channels);
    for (int i = 0; i < images; i++, sums += 2 * channels)
        for (int c = 0; c < 2 * channels; c++) total[c] += sums[c];
}

KERNEL void batch_norm_forward(const batch_norm_affine *affine, const float *restrict x, float *restrict y, long pixels,
                               int channels) {
    const float *mean = affine->mean, *scale = affine->scale, *shift = affine->shift;
    for (long p = 0; p < pixels; p++, x += channels, y += channels)
        for (int c = 0; c < channels; c++) y[c] = (x[c] - mean[c]) * scale[c] + shift[c];
}

KERNEL void batch_norm_backward(const batch_norm_gradient *gradient, const float *restrict x, const float *restrict dy,
                                float *restrict dx, long pixels, int channels) {
    const float *mean = gradient->mean, *scale = gradient->scale, *pull = gradient->pull, *slope = gradient->slope;
    const int rectified = gradient->rectified;
    for (long p = 0; p < pixels; p++, x += channels, dy += channels, dx += channels)
        for (int c = 0; c < channels; c++) {
            float value = (dy[c] - pull[c] - (x[c] - mean[c]) * slope[c]) * scale[c];
            dx[c] = (rectified & (x[c] <= 0)) ? 0 : value;
        }
}
