// Gradients kept from being too large. NaN stays NaN, so that a network that has gone wrong still shows it.
#pragma once

/// y = x · scale.
void clip_scale(const float *x, float scale, float *y, long count);

/// y = x, held between −limit and limit.
void clip_limit(const float *x, float limit, float *y, long count);
