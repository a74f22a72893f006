// Part of an image in another size, with a triangle filter that is widened when shrinking: PIL's BILINEAR, in
// 22-bit fixed point as there. Integer arithmetic with weights fixed before the loops: the same bytes on
// every machine.
#pragma once
#include <stdint.h>

/// What is wanted of an image that is scaled to `scaled_width` × `scaled_height`: its part of `width` ×
/// `height` from (`left`, `top`) on. Nothing else of it is computed.
typedef struct {
    long scaled_width, scaled_height;
    long left, top;
    int width, height;
} resize_shape;

/// Weights and rows, kept between images. One thread at a time.
typedef struct resize_scratch resize_scratch;

/// NULL when memory is lacking.
resize_scratch *resize_scratch_new(void);
void resize_scratch_free(resize_scratch *scratch);

/// - pixels: [height][stride][3], of which the first `width` of each row are the image.
/// - target: [shape.height][target_stride][3], of which the first shape.width of each row are written.
///
/// Returns 0, or -1 when memory is lacking.
int resize_part(resize_scratch *scratch, const uint8_t *pixels, long stride, int width, int height,
                const resize_shape *shape, uint8_t *target, long target_stride);
