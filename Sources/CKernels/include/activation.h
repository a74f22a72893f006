// What happens to activations element by element.
#pragma once
#include <stdint.h>

/// y[row][c] += bias[c], then max(0, ·) if `relu`.
void bias_forward(float *y, const float *bias, long rows, int channels, int relu);

/// sums[c] = Σ over rows of dy[row][c], or added to it if `accumulate`.
void bias_backward(const float *dy, float *sums, long rows, int channels, int accumulate);

void relu_forward(float *y, long count);

/// dy = 0 where y ≤ 0.
void relu_backward(const float *y, float *dy, long count);

typedef struct {
    uint64_t seed, step;
    uint32_t purpose;   // of Randomness.Purpose
    uint32_t layer;     // index in the network
    uint32_t threshold; // a unit is dropped where its word is below: rate · 2³²
    float scale;        // 1 / (1 − rate)
} dropout_key;

/// Multiplies the `count` units of batch slot `slot` by 0 or `scale`. Unit u takes word u mod 4 of Philox at counter
/// (u / 4, slot, step low, purpose | layer << 8 | step high << 24). Forward and backward are the same call.
void dropout_apply(const dropout_key *key, uint32_t slot, float *values, long count);
