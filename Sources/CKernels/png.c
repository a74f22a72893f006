#include "png.h"

#include <stdlib.h>
#include <string.h>

static inline int paeth(int left, int above, int corner) {
    int to_left = abs(above - corner), to_above = abs(left - corner);
    int to_corner = abs(left + above - 2 * corner);
    if (to_left <= to_above && to_left <= to_corner) return left;
    return to_above <= to_corner ? above : corner;
}

int png_unfilter(int filter, uint8_t *row, const uint8_t *above, long count, int distance) {
    // Left of the row there are zeros.
    long first = distance < count ? distance : count;
    switch (filter) {
    case 0:
        return 0;
    case 1:
        for (long i = first; i < count; i++) row[i] = (uint8_t)(row[i] + row[i - distance]);
        return 0;
    case 2:
        for (long i = 0; i < count; i++) row[i] = (uint8_t)(row[i] + above[i]);
        return 0;
    case 3:
        for (long i = 0; i < first; i++) row[i] = (uint8_t)(row[i] + above[i] / 2);
        for (long i = first; i < count; i++) row[i] = (uint8_t)(row[i] + (row[i - distance] + above[i]) / 2);
        return 0;
    case 4:
        for (long i = 0; i < first; i++) row[i] = (uint8_t)(row[i] + above[i]);
        for (long i = first; i < count; i++)
            row[i] = (uint8_t)(row[i] + paeth(row[i - distance], above[i], above[i - distance]));
        return 0;
    default:
        return -1;
    }
}

static inline unsigned sample(const uint8_t *row, long index, int depth) {
    if (depth == 8) return row[index];
    if (depth == 16) return row[index * 2];
    long bit = index * depth;
    return row[bit >> 3] >> (8 - depth - (bit & 7)) & ((1u << depth) - 1);
}

void png_rgb_row(const uint8_t *row, long count, int color, int depth, const uint8_t palette[768],
                 uint8_t *rgb, long step) {
    int is_colored = color == 2 || color == 6;
    int channels = (is_colored ? 3 : 1) + (color >= 4 ? 1 : 0);
    if (color == 2 && depth == 8 && step == 1) {
        memcpy(rgb, row, (size_t)count * 3);
        return;
    }
    unsigned scale = depth < 8 ? 255u / ((1u << depth) - 1) : 1;
    for (long i = 0; i < count; i++, rgb += step * 3) {
        if (is_colored) {
            for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)sample(row, i * channels + c, depth);
        } else if (color == 3) {
            memcpy(rgb, palette + sample(row, i, depth) * 3, 3);
        } else {
            memset(rgb, (int)(sample(row, i * channels, depth) * scale), 3);
        }
    }
}
