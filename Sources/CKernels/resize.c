#include "resize.h"

#include "kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 22 };

/// What each wanted column (or row) is made of.
typedef struct {
    int *first, *count;
    /// Room per column in `weights`.
    int taps;
    int32_t *weights;
    long columns, capacity;
} axis;

struct resize_scratch {
    axis x, y;
    /// Source rows, already as wide as wanted.
    uint8_t *rows;
    long capacity;
};

resize_scratch *resize_scratch_new(void) { return calloc(1, sizeof(resize_scratch)); }

static void clear(axis *axis) {
    free(axis->first);
    free(axis->count);
    free(axis->weights);
}

void resize_scratch_free(resize_scratch *scratch) {
    clear(&scratch->x);
    clear(&scratch->y);
    free(scratch->rows);
    free(scratch);
}

/// Room for `needed` elements; what was there is lost. NULL when memory is lacking.
static void *reserve(void *memory, long *capacity, long needed, size_t size) {
    if (needed <= *capacity) return memory;
    free(memory);
    memory = malloc((size_t)needed * size);
    *capacity = memory ? needed : 0;
    return memory;
}

// `size` pixels become `scaled`, of which `wanted` from `offset` on are made.
static int prepare(axis *axis, int size, long scaled, long offset, int wanted) {
    double scale = (double)size / (double)scaled, reach = scale < 1 ? 1 : scale;
    axis->taps = (int)ceil(reach) * 2 + 1;
    long columns = axis->columns;
    axis->first = reserve(axis->first, &columns, wanted, sizeof(int));
    axis->count = reserve(axis->count, &axis->columns, wanted, sizeof(int));
    axis->weights = reserve(axis->weights, &axis->capacity, (long)axis->taps * wanted, sizeof(int32_t));
    if (!axis->first || !axis->count || !axis->weights) return -1;
    for (int i = 0; i < wanted; i++) {
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

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint32_t words4 __attribute__((vector_size(16)));
typedef int32_t words16 __attribute__((vector_size(64)));

enum { TOGETHER = 4, HALF = 1 << (BITS - 1) };

// A pixel of four rows, each with the byte after it.
static inline bytes16 four_pixels(const uint8_t *const rows[TOGETHER], long offset) {
    uint32_t pixels[TOGETHER];
    for (int i = 0; i < TOGETHER; i++) memcpy(&pixels[i], rows[i] + offset, 4);
    return (bytes16)(words4){pixels[0], pixels[1], pixels[2], pixels[3]};
}

// Four rows at once, to rows of a multiple of 16 bytes. `safe` columns do not touch the source rows' last
// pixel.
KERNEL static void shrink_rows(const axis *axis, int safe, const uint8_t *const source[TOGETHER],
                               uint8_t *target, long target_row) {
    for (int x = 0; x < safe; x++) {
        const int32_t *weights = axis->weights + (long)x * axis->taps;
        long offset = (long)axis->first[x] * 3;
        words16 sums = (words16){} + HALF;
        for (int i = 0; i < axis->count[x]; i++, offset += 3)
            sums += __builtin_convertvector(four_pixels(source, offset), words16) * weights[i];
        bytes16 bytes = __builtin_convertvector(sums >> BITS, bytes16);
        // The fourth byte is the next pixel's, which is written after it.
        for (int i = 0; i < TOGETHER; i++) memcpy(target + i * target_row + x * 3, (char *)&bytes + 4 * i, 4);
    }
}

// Nothing comes after a row's last pixel, which may be the last of all memory.
static void shrink_rest(const axis *axis, int from, int wanted, const uint8_t *source, uint8_t *row) {
    for (int x = from; x < wanted; x++) {
        const uint8_t *pixel = source + (long)axis->first[x] * 3;
        const int32_t *weights = axis->weights + (long)x * axis->taps;
        int32_t r = HALF, g = HALF, b = HALF;
        for (int i = 0; i < axis->count[x]; i++, pixel += 3) {
            r += weights[i] * pixel[0];
            g += weights[i] * pixel[1];
            b += weights[i] * pixel[2];
        }
        row[x * 3] = (uint8_t)(r >> BITS);
        row[x * 3 + 1] = (uint8_t)(g >> BITS);
        row[x * 3 + 2] = (uint8_t)(b >> BITS);
    }
}

static void shrink_all(const axis *axis, int wanted, const uint8_t *pixels, long row, int width, int rows,
                       uint8_t *target, long target_row) {
    int safe = wanted;
    while (safe > 0 && axis->first[safe - 1] + axis->count[safe - 1] >= width) safe--;
    for (int y = 0; y < rows; y += TOGETHER) {
        const uint8_t *source[TOGETHER];
        // Past the last row, it once more: there is room for what comes of it.
        for (int i = 0; i < TOGETHER; i++) source[i] = pixels + (y + i < rows ? y + i : rows - 1) * row;
        shrink_rows(axis, safe, source, target + y * target_row, target_row);
        for (int i = 0; i < TOGETHER; i++)
            shrink_rest(axis, safe, wanted, source[i], target + (y + i) * target_row);
    }
}

// In steps of 16 bytes, of which rows have a whole number.
KERNEL static void blend_rows(const uint8_t *rows, long row, const int32_t *weights, int count, int width,
                              uint8_t *target) {
    for (int j = 0; j < width; j += 16) {
        words16 sums = (words16){} + HALF;
        for (int i = 0; i < count; i++) {
            bytes16 bytes;
            memcpy(&bytes, rows + i * row + j, 16);
            sums += __builtin_convertvector(bytes, words16) * weights[i];
        }
        bytes16 bytes = __builtin_convertvector(sums >> BITS, bytes16);
        memcpy(target + j, &bytes, (size_t)(width - j < 16 ? width - j : 16));
    }
}

int resize_part(resize_scratch *scratch, const uint8_t *pixels, long stride, int width, int height,
                const resize_shape *shape, uint8_t *target, long target_stride) {
    if (shape->scaled_width == width && shape->scaled_height == height) {
        // Each pixel has all of its own weight.
        const uint8_t *from = pixels + (shape->top * stride + shape->left) * 3;
        for (int i = 0; i < shape->height; i++)
            memcpy(target + i * target_stride * 3, from + i * stride * 3, (size_t)shape->width * 3);
        return 0;
    }
    const axis *x = &scratch->x, *y = &scratch->y;
    if (prepare(&scratch->x, width, shape->scaled_width, shape->left, shape->width)) return -1;
    if (prepare(&scratch->y, height, shape->scaled_height, shape->top, shape->height)) return -1;
    int last = shape->height - 1, top = y->first[0], rows = y->first[last] + y->count[last] - top;
    // Room for the byte after a row's last pixel, and for whole groups of rows.
    long row = (shape->width * 3 + 1 + 15) / 16 * 16;
    scratch->rows = reserve(scratch->rows, &scratch->capacity, (rows + TOGETHER) * row, 1);
    if (!scratch->rows) return -1;
    shrink_all(x, shape->width, pixels + top * stride * 3, stride * 3, width, rows, scratch->rows, row);
    for (int i = 0; i < shape->height; i++)
        blend_rows(scratch->rows + (y->first[i] - top) * row, row, y->weights + (long)i * y->taps,
                   y->count[i], shape->width * 3, target + i * target_stride * 3);
    return 0;
}
