// One buffer into another, element by element: sums of gradients.
#pragma once

/// total[i] += x[i].
void blend_add(float *total, const float *x, long count);
