#include "patterns.h"

#include <math.h>

#include "philox.h"

static inline float fraction(float x) { return x - floorf(x); }

static inline float least(float a, float b) { return a < b ? a : b; }

static inline float most(float a, float b) { return a > b ? a : b; }

// How far inside a band that takes half of each unit; negative outside.
static inline float band(float x) { return 0.25f - fabsf(fraction(x) - 0.5f); }

static void random_words(const patterns_picture *picture, uint32_t index, uint32_t offset, uint32_t words[4]) {
    const uint32_t counter[4] = {index, picture->stream, picture->substream + offset, picture->purpose};
    const uint32_t key[2] = {(uint32_t)picture->seed, (uint32_t)(picture->seed >> 32)};
    philox4x32(counter, key, words);
}

// A random height at each corner of a lattice. Offset 1 << 31: apart from every pixel's noise.
static float corner(const patterns_picture *picture, int x, int y) {
    uint32_t words[4];
    random_words(picture, ((uint32_t)x & 0xffff) << 16 | ((uint32_t)y & 0xffff), 1u << 31, words);
    return (float)(words[0] >> 8) * 0x1p-24f;
}

static float hills(const patterns_picture *picture, float u, float v) {
    int x = (int)floorf(u), y = (int)floorf(v);
    float a = fraction(u), b = fraction(v);
    a = a * a * (3 - 2 * a);
    b = b * b * (3 - 2 * b);
    float above = corner(picture, x, y) * (1 - a) + corner(picture, x + 1, y) * a;
    float below = corner(picture, x, y + 1) * (1 - a) + corner(picture, x + 1, y + 1) * a;
    return above * (1 - b) + below * b;
}

// The depth inside the foreground at (u, v), in units of the period; negative in the background. Foreground covers about
// half of the area in every pattern, so that no colour average gives a class away.
static float depth(const patterns_picture *picture, float u, float v) {
    // Single figures stand on a lattice, every other row shifted by half.
    float p = fraction(u + 0.5f * (float)((int)floorf(v) & 1)) - 0.5f, q = fraction(v) - 0.5f;
    switch (picture->kind) {
    case PATTERNS_STRIPES:
        return band(u);
    case PATTERNS_CHECKERS: {
        float a = band(u * 0.5f), b = band(v * 0.5f);
        return (a > 0) == (b > 0) ? least(fabsf(a), fabsf(b)) : -least(fabsf(a), fabsf(b));
    }
    case PATTERNS_RINGS:
        return band(sqrtf(u * u + v * v));
    case PATTERNS_DISCS:
        return 0.39f - sqrtf(p * p + q * q);
    case PATTERNS_CROSSES: {
        float upright = least(0.45f - fabsf(q), 0.17f - fabsf(p)), flat = least(0.45f - fabsf(p), 0.17f - fabsf(q));
        return most(upright, flat);
    }
    case PATTERNS_SPIRALS:
        return band(sqrtf(u * u + v * v) + 3 * atan2f(v, u) * 0.15915494f);
    case PATTERNS_BLOBS:
        return (hills(picture, u, v) - 0.5f) * 0.6f;
    case PATTERNS_TRIANGLES:
        return 0.27f - most(q - 0.12f, 0.866f * fabsf(p) - 0.5f * (q - 0.12f));
    case PATTERNS_ZIGZAGS:
        return band(v + 1.2f * fabsf(fraction(u * 0.5f) - 0.5f));
    }
    return 0;
}

void patterns_draw(const patterns_picture *picture, int width, int height, uint8_t *pixels) {
    float cosine = cosf(picture->angle) / picture->period, sine = sinf(picture->angle) / picture->period;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++, pixels += 3) {
            float dx = (float)x - picture->center_x, dy = (float)y - picture->center_y;
            float inside = depth(picture, cosine * dx + sine * dy, cosine * dy - sine * dx);
            // Edges one pixel wide.
            float cover = most(0, least(1, 0.5f + inside * picture->period));
            float light = picture->gradient_x * ((float)x / (float)width - 0.5f)
                          + picture->gradient_y * ((float)y / (float)height - 0.5f);
            uint32_t words[4];
            random_words(picture, (uint32_t)(y * width + x), 0, words);
            const patterns_spot *spot = 0;
            for (int i = 0; i < 4; i++) {
                float a = (float)x - picture->spots[i].x, b = (float)y - picture->spots[i].y;
                if (a * a + b * b < picture->spots[i].radius * picture->spots[i].radius) spot = &picture->spots[i];
            }
            for (int c = 0; c < 3; c++) {
                float color = spot ? spot->color[c]
                                   : picture->background[c] + (picture->foreground[c] - picture->background[c]) * cover;
                float grain = ((float)(words[c] >> 8) * 0x1p-23f - 1) * picture->noise;
                pixels[c] = (uint8_t)most(0, least(255, color + light + grain + 0.5f));
            }
        }
    }
}
