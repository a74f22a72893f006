#include "activation.h"
#include "kernel.h"
#include "philox.h"
#include <string.h>

KERNEL void bias_forward(float *y, const float *bias, long rows, int channels, int relu) {
    for (long r = 0; r < rows; r++, y += channels) {
        for (int c = 0; c < channels; c++) y[c] += bias[c];
        if (relu)
            for (int c = 0; c < channels; c++) y[c] = y[c] < 0 ? 0 : y[c]; // NaN passes
    }
}

KERNEL void bias_backward(const float *dy, float *sums, long rows, int channels, int accumulate) {
    if (!accumulate) memset(sums, 0, sizeof(float) * (size_t)channels);
    for (long r = 0; r < rows; r++, dy += channels)
        for (int c = 0; c < channels; c++) sums[c] += dy[c];
}

KERNEL void relu_forward(float *y, long count) {
    for (long i = 0; i < count; i++) y[i] = y[i] < 0 ? 0 : y[i];
}

KERNEL void relu_backward(const float *y, float *dy, long count) {
    for (long i = 0; i < count; i++) dy[i] = y[i] <= 0 ? 0 : dy[i];
}

enum { lanes = 16 }; // quads of units at a time

// Philox on `lanes` counters side by side; the same words as philox4x32.
KERNEL static void masks(const dropout_key *key, uint32_t slot, uint32_t quad, float *restrict factors) {
    uint32_t c0[lanes], c1[lanes], c2[lanes], c3[lanes];
    uint32_t k0 = (uint32_t)key->seed, k1 = (uint32_t)(key->seed >> 32);
    for (int i = 0; i < lanes; i++) {
        c0[i] = quad + (uint32_t)i;
        c1[i] = slot;
        c2[i] = (uint32_t)key->step;
        c3[i] = key->purpose | key->layer << 8 | (uint32_t)(key->step >> 32) << 24;
    }
    for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
        for (int i = 0; i < lanes; i++) {
            uint64_t p0 = (uint64_t)0xD2511F53u * c0[i], p1 = (uint64_t)0xCD9E8D57u * c2[i];
            c0[i] = (uint32_t)(p1 >> 32) ^ c1[i] ^ k0;
            c1[i] = (uint32_t)p1;
            c2[i] = (uint32_t)(p0 >> 32) ^ c3[i] ^ k1;
            c3[i] = (uint32_t)p0;
        }
    for (int i = 0; i < lanes; i++) {
        factors[4 * i] = c0[i] < key->threshold ? 0 : key->scale;
        factors[4 * i + 1] = c1[i] < key->threshold ? 0 : key->scale;
        factors[4 * i + 2] = c2[i] < key->threshold ? 0 : key->scale;
        factors[4 * i + 3] = c3[i] < key->threshold ? 0 : key->scale;
    }
}

KERNEL void dropout_apply(const dropout_key *key, uint32_t slot, float *values, long count) {
    float factors[4 * lanes];
    for (long begin = 0; begin < count; begin += 4 * lanes) {
        masks(key, slot, (uint32_t)(begin / 4), factors);
        long n = count - begin < 4 * lanes ? count - begin : 4 * lanes;
        for (long i = 0; i < n; i++) values[begin + i] *= factors[i];
    }
}
