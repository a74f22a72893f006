#include "pixels.h"

#include "kernel.h"

// 32-bit sums hold 66051 squares of 255.
KERNEL void pixels_add_sums(const uint8_t *pixels, long count, uint64_t sums[9]) {
    uint32_t s[9] = {0};
    for (long i = 0; i < count; i++) {
        uint32_t r = pixels[i * 3], g = pixels[i * 3 + 1], b = pixels[i * 3 + 2];
        s[0] += r;
        s[1] += g;
        s[2] += b;
        s[3] += r * r;
        s[4] += r * g;
        s[5] += r * b;
        s[6] += g * g;
        s[7] += g * b;
        s[8] += b * b;
    }
    for (int i = 0; i < 9; i++) sums[i] += s[i];
}

KERNEL void pixels_add_each(const uint8_t *pixels, long count, uint64_t *sums) {
    for (long i = 0; i < count; i++) sums[i] += pixels[i];
}
