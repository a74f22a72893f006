// Convolution as matrix products: the patches under the kernel laid out as rows (Chellapilla et al. 2006).
// Images are [height][width][channels]; a row of patches is [kernel][kernel][channels of one group].
#pragma once

typedef struct {
    int height, width, channels; // of the input
    int first, group_channels;   // the channels of this group
    int kernel, stride, padding;
    int out_height, out_width;
} conv_shape;

/// patches: [out_height · out_width][kernel · kernel · group_channels]; outside the image is zero.
void conv_gather(const conv_shape *shape, const float *image, float *patches);

/// The adjoint: adds the patches onto `image`, which the caller has zeroed.
void conv_scatter_add(const conv_shape *shape, const float *patches, float *image);
