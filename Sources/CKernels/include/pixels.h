// 8-bit interleaved RGB: shrinking to the square that networks are fed with, and the sums for a data set's statistics.
// Integer arithmetic with weights fixed before the loops: the same bytes on every machine.
#pragma once
#include <stdint.h>

/// The side of the squares.
enum { PIXELS_SIDE = 256 };

/// Weights and rows of a resize, kept between images. One thread at a time.
typedef struct pixels_scratch pixels_scratch;

/// NULL when memory is lacking.
pixels_scratch *pixels_scratch_new(void);
void pixels_scratch_free(pixels_scratch *scratch);

/// Scales [height][width][3] until its shorter side has 256 pixels (triangle filter, widened when shrinking: PIL's
/// BILINEAR, in 22-bit fixed point as there), and writes the 256 × 256 in the middle. Computes nothing else of it.
/// Returns 0, or -1 when memory is lacking.
int pixels_center_square(pixels_scratch *scratch, const uint8_t *pixels, int width, int height, uint8_t *square);

/// Adds to `sums`, over `count` pixels, at most 66000: r, g, b, rr, rg, rb, gg, gb, bb.
void pixels_add_sums(const uint8_t *pixels, long count, uint64_t sums[9]);
