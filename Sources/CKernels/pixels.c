#include "pixels.h"

#include "kernel.h"

#include <math.h>
#include <stdlib.h>

enum { BITS = 22, ROW = PIXELS_SIDE * 3 };

/// What each of the square's 256 columns (or rows) is made of.
typedef struct {
    int first[PIXELS_SIDE];
    int count[PIXELS_SIDE];
    /// Room per column in `weights`.
    int taps;
    int32_t *weights;
    long capacity;
} axis;

struct pixels_scratch {
    axis x, y;
    /// Source rows, already 256 wide.
    uint8_t *rows;
    long capacity;
};

pixels_scratch *pixels_scratch_new(void) { return calloc(1, sizeof(pixels_scratch)); }

void pixels_scratch_free(pixels_scratch *scratch) {
    free(scratch->x.weights);
    free(scratch->y.weights);
    free(scratch->rows);
    free(scratch);
}

// `size` pixels become `scaled`, of which 256 from `offset` on are wanted.
static int prepare(axis *axis, int size, long scaled, long offset) {
    double scale = (double)size / (double)scaled, reach = scale < 1 ? 1 : scale;
    axis->taps = (int)ceil(reach) * 2 + 1;
    long needed = (long)axis->taps * PIXELS_SIDE;
    if (needed > axis->capacity) {
        free(axis->weights);
        axis->weights = malloc((size_t)needed * sizeof(int32_t));
        axis->capacity = axis->weights ? needed : 0;
        if (!axis->weights) return -1;
    }
    for (int i = 0; i < PIXELS_SIDE; i++) {
        double center = ((double)(offset + i) + 0.5) * scale, sum = 0;
        int first = (int)(center - reach + 0.5), end = (int)(center + reach + 0.5);
        if (first < 0) first = 0;
        if (end > size) end = size;
        int32_t *weights = axis->weights + (long)i * axis->taps;
        for (int j = first; j < end; j++) sum += fmax(0, 1 - fabs((j - center + 0.5) / reach));
        for (int j = first; j < end; j++) {
            double weight = fmax(0, 1 - fabs((j - center + 0.5) / reach)) / sum;
            weights[j - first] = (int32_t)(weight * (1 << BITS) + 0.5);
        }
        axis->first[i] = first;
        axis->count[i] = end - first;
    }
    return 0;
}

static void shrink_row(const axis *axis, const uint8_t *source, uint8_t *row) {
    for (int x = 0; x < PIXELS_SIDE; x++, row += 3) {
        const uint8_t *pixel = source + (long)axis->first[x] * 3;
        const int32_t *weights = axis->weights + (long)x * axis->taps;
        int32_t r = 1 << (BITS - 1), g = r, b = r;
        for (int i = 0; i < axis->count[x]; i++, pixel += 3) {
            r += weights[i] * pixel[0];
            g += weights[i] * pixel[1];
            b += weights[i] * pixel[2];
        }
        row[0] = (uint8_t)(r >> BITS);
        row[1] = (uint8_t)(g >> BITS);
        row[2] = (uint8_t)(b >> BITS);
    }
}

KERNEL static void blend_rows(const uint8_t *rows, const int32_t *weights, int count, uint8_t *target) {
    int32_t sums[ROW];
    for (int j = 0; j < ROW; j++) sums[j] = 1 << (BITS - 1);
    for (int i = 0; i < count; i++)
        for (int j = 0; j < ROW; j++) sums[j] += weights[i] * rows[(long)i * ROW + j];
    for (int j = 0; j < ROW; j++) target[j] = (uint8_t)(sums[j] >> BITS);
}

int pixels_center_square(pixels_scratch *scratch, const uint8_t *pixels, int width, int height, uint8_t *square) {
    int shorter = width < height ? width : height;
    // Rounded down, as torchvision does.
    long scaled_width = (long)width * PIXELS_SIDE / shorter, scaled_height = (long)height * PIXELS_SIDE / shorter;
    if (prepare(&scratch->x, width, scaled_width, (scaled_width - PIXELS_SIDE) / 2)) return -1;
    if (prepare(&scratch->y, height, scaled_height, (scaled_height - PIXELS_SIDE) / 2)) return -1;

    const axis *y = &scratch->y;
    int top = y->first[0], bottom = y->first[PIXELS_SIDE - 1] + y->count[PIXELS_SIDE - 1];
    long needed = (long)(bottom - top) * ROW;
    if (needed > scratch->capacity) {
        free(scratch->rows);
        scratch->rows = malloc((size_t)needed);
        scratch->capacity = scratch->rows ? needed : 0;
        if (!scratch->rows) return -1;
    }
    for (int row = top; row < bottom; row++)
        shrink_row(&scratch->x, pixels + (long)row * width * 3, scratch->rows + (long)(row - top) * ROW);
    for (int i = 0; i < PIXELS_SIDE; i++)
        blend_rows(scratch->rows + (long)(y->first[i] - top) * ROW, y->weights + (long)i * y->taps, y->count[i],
                   square + (long)i * ROW);
    return 0;
}

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
