// Pictures of simple patterns (stripes, rings, crosses…), for a small labelled image set made on the spot. In C because
// it is a loop over pixels, which a debug build must not make a hundred times slower.
#pragma once
#include <stdint.h>

typedef enum {
    PATTERNS_STRIPES,
    PATTERNS_CHECKERS,
    PATTERNS_RINGS,
    PATTERNS_DISCS,
    PATTERNS_CROSSES,
    PATTERNS_SPIRALS,
    PATTERNS_BLOBS,
    PATTERNS_TRIANGLES,
    PATTERNS_ZIGZAGS,
} patterns_kind;

/// A disc laid over the pattern. Position and radius in pixels, colour on the 0–255 scale.
typedef struct {
    float x, y, radius;
    float color[3];
} patterns_spot;

typedef struct {
    patterns_kind kind;
    /// Of the pattern's axes, in radians.
    float angle;
    /// The pattern's unit of length, in pixels.
    float period;
    /// The pattern's origin, in pixels.
    float center_x, center_y;
    /// Colours on the 0–255 scale.
    float foreground[3], background[3];
    /// Change of brightness from the left to the right edge, and from the top to the bottom.
    float gradient_x, gradient_y;
    /// Half the width of the even noise on every value.
    float noise;
    patterns_spot spots[4];
    /// Of the noise and of random patterns: Philox at counter (pixel, stream, substream, purpose).
    uint64_t seed;
    uint32_t purpose, stream, substream;
} patterns_picture;

/// Draws to `pixels`: [height][width][3].
void patterns_draw(const patterns_picture *picture, int width, int height, uint8_t *pixels);
