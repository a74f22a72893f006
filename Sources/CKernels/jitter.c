#include "jitter.h"

#include "kernel.h"

#include <math.h>

static inline float clamped(float level, float highest) {
    return level < 0 ? 0 : level > highest ? highest : level;
}

// Whole numbers, as torch makes of floats: cut off.
static inline uint8_t blend(float level, float other, double factor) {
    return (uint8_t)clamped((float)factor * level + (float)(1 - factor) * other, 255);
}

static inline uint8_t grey(const uint8_t *p) {
    return (uint8_t)((0.2989f * (float)p[0] + 0.587f * (float)p[1]) + 0.114f * (float)p[2]);
}

KERNEL void jitter_brightness(uint8_t *pixels, int width, int height, long stride, double factor) {
    for (int y = 0; y < height; y++) {
        uint8_t *row = pixels + y * stride * 3;
        for (int i = 0; i < width * 3; i++) row[i] = blend(row[i], 0, factor);
    }
}

KERNEL static uint64_t sum_of_greys(const uint8_t *pixels, int width, int height, long stride) {
    uint64_t sum = 0;
    for (int y = 0; y < height; y++) {
        const uint8_t *row = pixels + y * stride * 3;
        uint32_t own = 0;
        for (int x = 0; x < width; x++) own += grey(row + x * 3);
        sum += own;
    }
    return sum;
}

KERNEL static void blend_all(uint8_t *pixels, int width, int height, long stride, float other,
                             double factor) {
    for (int y = 0; y < height; y++) {
        uint8_t *row = pixels + y * stride * 3;
        for (int i = 0; i < width * 3; i++) row[i] = blend(row[i], other, factor);
    }
}

void jitter_contrast(uint8_t *pixels, int width, int height, long stride, double factor) {
    double mean = (double)sum_of_greys(pixels, width, height, stride) / ((double)width * height);
    blend_all(pixels, width, height, stride, (float)mean, factor);
}

KERNEL void jitter_saturation(uint8_t *pixels, int width, int height, long stride, double factor) {
    for (int y = 0; y < height; y++) {
        uint8_t *row = pixels + y * stride * 3;
        for (int x = 0; x < width; x++) {
            float own = grey(row + x * 3);
            for (int c = 0; c < 3; c++) row[x * 3 + c] = blend(row[x * 3 + c], own, factor);
        }
    }
}

// 255 and what is nearly 256 become 255.
static inline uint8_t level(float value) { return (uint8_t)(value * (256.0f - 1e-3f)); }

static inline void shift_hue(uint8_t *p, float shift) {
    // To hue, saturation and value, all 0...1.
    float r = (float)p[0] / 255, g = (float)p[1] / 255, b = (float)p[2] / 255;
    float most = r > g ? r : g, least = r < g ? r : g;
    most = b > most ? b : most;
    least = b < least ? b : least;
    int is_grey = most == least;
    float range = most - least, divisor = is_grey ? 1 : range;
    float s = range / (is_grey ? 1 : most);
    float rc = (most - r) / divisor, gc = (most - g) / divisor, bc = (most - b) / divisor;
    float h = most == r ? bc - gc : most == g ? 2.0f + rc - bc : 4.0f + gc - rc;
    h = h / 6.0f + 1.0f;
    h = h - truncf(h) + shift;
    h -= floorf(h);
    // And back.
    float i = floorf(h * 6.0f), f = h * 6.0f - i;
    float q0 = clamped(most * (1.0f - s), 1), q1 = clamped(most * (1.0f - s * f), 1);
    float q2 = clamped(most * (1.0f - s * (1.0f - f)), 1);
    switch ((int)i % 6) {
    case 0: r = most, g = q2, b = q0; break;
    case 1: r = q1, g = most, b = q0; break;
    case 2: r = q0, g = most, b = q2; break;
    case 3: r = q0, g = q1, b = most; break;
    case 4: r = q2, g = q0, b = most; break;
    default: r = most, g = q0, b = q1; break;
    }
    p[0] = level(r);
    p[1] = level(g);
    p[2] = level(b);
}

void jitter_hue(uint8_t *pixels, int width, int height, long stride, double shift) {
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) shift_hue(pixels + (y * stride + x) * 3, (float)shift);
}
