// One buffer and another, element by element: sums of gradients, averages of weights.
#pragma once

/// total[i] += x[i].
void blend_add(float *total, const float *x, long count);

/// average[i] moves this share of its way to x[i].
void blend_approach(float *average, const float *x, float share, long count);

/// Each has what the other had.
void blend_swap(float *a, float *b, long count);
