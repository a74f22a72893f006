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
    int32_t *sums;
    long sum_capacity;
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
    free(scratch->sums);
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

typedef uint8_t bytes4 __attribute__((vector_size(4)));
typedef int32_t words4 __attribute__((vector_size(16)));

static inline void store(words4 sums, uint8_t *pixel) {
    pixel[0] = (uint8_t)(sums[0] >> BITS);
    pixel[1] = (uint8_t)(sums[1] >> BITS);
    pixel[2] = (uint8_t)(sums[2] >> BITS);
}

static inline words4 channels(const uint8_t *pixel) { return (words4){pixel[0], pixel[1], pixel[2], 0}; }

// Three channels and what comes after them.
static inline words4 four(const uint8_t *pixel) {
    bytes4 bytes;
    memcpy(&bytes, pixel, 4);
    return __builtin_convertvector(bytes, words4);
}

// The row's last pixel may be the last of all memory: nothing comes after it.
KERNEL static void shrink_row(const axis *axis, int wanted, const uint8_t *source, int width, uint8_t *row) {
    const words4 half = {1 << (BITS - 1), 1 << (BITS - 1), 1 << (BITS - 1), 0};
    for (int x = 0; x < wanted; x++, row += 3) {
        int first = axis->first[x], count = axis->count[x], safe = first + count < width ? count : count - 1;
        const uint8_t *pixel = source + (long)first * 3;
        const int32_t *weights = axis->weights + (long)x * axis->taps;
        words4 sums = half;
        for (int i = 0; i < safe; i++, pixel += 3) sums += four(pixel) * weights[i];
        if (safe < count) sums += channels(pixel) * weights[safe];
        store(sums, row);
    }
}

KERNEL static void blend_rows(const uint8_t *rows, const int32_t *weights, int count, long width, int32_t *sums,
                              uint8_t *target) {
    for (long j = 0; j < width; j++) sums[j] = 1 << (BITS - 1);
    for (int i = 0; i < count; i++)
        for (long j = 0; j < width; j++) sums[j] += weights[i] * rows[i * width + j];
    for (long j = 0; j < width; j++) target[j] = (uint8_t)(sums[j] >> BITS);
}

int resize_part(resize_scratch *scratch, const uint8_t *pixels, long stride, int width, int height,
                const resize_shape *shape, uint8_t *target, long target_stride) {
    const axis *x = &scratch->x, *y = &scratch->y;
    if (prepare(&scratch->x, width, shape->scaled_width, shape->left, shape->width)) return -1;
    if (prepare(&scratch->y, height, shape->scaled_height, shape->top, shape->height)) return -1;
    int last = shape->height - 1, top = y->first[0], bottom = y->first[last] + y->count[last];
    long row = (long)shape->width * 3;
    scratch->rows = reserve(scratch->rows, &scratch->capacity, (bottom - top) * row, 1);
    scratch->sums = reserve(scratch->sums, &scratch->sum_capacity, row, sizeof(int32_t));
    if (!scratch->rows || !scratch->sums) return -1;
    for (int i = top; i < bottom; i++)
        shrink_row(x, shape->width, pixels + i * stride * 3, width, scratch->rows + (i - top) * row);
    for (int i = 0; i < shape->height; i++)
        blend_rows(scratch->rows + (y->first[i] - top) * row, y->weights + (long)i * y->taps, y->count[i], row,
                   scratch->sums, target + i * target_stride * 3);
    return 0;
}
