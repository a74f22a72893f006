#include "orientation.h"

void orientation_copy(const uint8_t *source, long first, long across, long down, int width, int height,
                      uint8_t *target, long stride) {
    for (int y = 0; y < height; y++) {
        const uint8_t *from = source + (first + y * down) * 3;
        uint8_t *to = target + y * stride * 3;
        for (int x = 0; x < width; x++, from += across * 3, to += 3) {
            to[0] = from[0];
            to[1] = from[1];
            to[2] = from[2];
        }
    }
}
