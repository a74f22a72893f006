// The rows of a PNG file: filters taken back, samples of any width as 8-bit RGB (PNG Specification, third
// edition, sections 7 and 9).
#pragma once
#include <stdint.h>

/// Takes `filter` (0...4) back in place.
///
/// - row, above: [count] bytes; `above` is the row before, already whole, or zeros.
/// - distance: bytes from a pixel to the next, at least 1.
///
/// Returns 0, or -1 for a filter that the format does not have.
int png_unfilter(int filter, uint8_t *row, const uint8_t *above, long count, int distance);

/// Writes `count` pixels of a row as red, green, blue. Of 16 bits the upper 8 count, and alpha is dropped:
/// what PIL's convert("RGB") makes of them.
///
/// - color: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.
/// - depth: bits a sample, as the format allows.
/// - palette: 256 colours, read for colour 3 only.
/// - step: pixels from one to the next in `rgb`: 1, or more in a pass of Adam7.
void png_rgb_row(const uint8_t *row, long count, int color, int depth, const uint8_t palette[768],
                 uint8_t *rgb, long step);
