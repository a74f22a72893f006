// Whole images scaled with care: Lanczos's filter over three lobes, widened when shrinking, as PIL's LANCZOS (Duchon 1979;
// Pillow's Resample.c). For images that are scaled once and kept; `resize.h` has the faster filter of the input pipeline.
// Integer arithmetic with weights fixed before the loops: the same bytes on every machine.
#pragma once
#include <stdint.h>

/// What is wanted of an image that is scaled to `scaled_width` × `scaled_height`: its part of `width` × `height` from
/// (`left`, `top`) on.
typedef struct {
    long scaled_width, scaled_height;
    long left, top;
    int width, height;
} resample_shape;

/// pixels: [height][width][3]; target: [shape.height][shape.width][3]. Returns 0, or -1 when memory is lacking.
int resample_lanczos(const uint8_t *pixels, int width, int height, const resample_shape *shape, uint8_t *target);
