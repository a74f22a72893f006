// Batch normalisation (Ioffe & Szegedy 2015): y = (x − mean) · scale + shift, channel by channel, where mean and scale
// come from the whole batch. Sums are in double, in which a product of two floats is exact: they are the same on every CPU.
// Images are [pixels][channels].
#pragma once

/// Of one image: sums[c] = Σ a, sums[channels + c] = Σ a · b over its pixels.
void batch_norm_sums(const float *a, const float *b, long pixels, int channels, double *sums);

/// The sums of all images, added in their order.
void batch_norm_total(const double *sums, int images, int channels, double *total);

/// What is done to each channel, in arrays of one float a channel.
typedef struct {
    const float *mean, *scale, *shift;
} batch_norm_affine;

void batch_norm_forward(const batch_norm_affine *affine, const float *x, float *y, long pixels, int channels);

/// The gradient of a channel also goes through its mean and scale:
/// dx = (dy − pull − (x − mean) · slope) · scale
typedef struct {
    const float *mean, *scale, *pull, *slope;
    /// Whether a ReLU stands before: dx is 0 where x is not above 0.
    int rectified;
} batch_norm_gradient;

void batch_norm_backward(const batch_norm_gradient *gradient, const float *x, const float *dy, float *dx, long pixels,
                         int channels);
