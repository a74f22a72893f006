// Interleaved 8-bit RGB turned by quarter turns and mirrored.
#pragma once
#include <stdint.h>

/// Copies pixels of `source` to `target`, row by row: the pixel (x, y) of the target is number x · `across` +
/// y · `down` of the source, counted from its pixel `first`. Source and target do not overlap.
///
/// - stride: pixels from a row of the target to the next.
void orientation_copy(const uint8_t *source, long first, long across, long down, int width, int height,
                      uint8_t *target, long stride);
