// 8-bit interleaved RGB: the sums for a data set's statistics. Integer arithmetic: the same on every machine.
#pragma once
#include <stdint.h>

/// Adds to `sums`, over `count` pixels, at most 66000: r, g, b, rr, rg, rb, gg, gb, bb.
void pixels_add_sums(const uint8_t *pixels, long count, uint64_t sums[9]);

/// Adds each of `count` values to its own sum.
void pixels_add_each(const uint8_t *pixels, long count, uint64_t *sums);
