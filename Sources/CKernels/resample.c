#include "resample.h"

#include "kernel.h"

#include <math.h>
#include <stdlib.h>

enum { BITS = 22, LOBES = 3 };

/// What each wanted column (or row) is made of.
typedef struct {
    int *first, *count;
    /// Room per column in `weights`.
    int taps;
    int32_t *weights;
} axis;

static double sinc(double x) { return x == 0 ? 1 : sin(M_PI * x) / (M_PI * x); }

static double lanczos(double x) { return fabs(x) < LOBES ? sinc(x) * sinc(x / LOBES) : 0; }

static void clear(axis *axis) {
    free(axis->first);
    free(axis->count);
    free(axis->weights);
}

// `size` pixels become `scaled`, of which `wanted` from `offset` on are made.
static int prepare(axis *axis, int size, long scaled, long offset, int wanted) {
    double scale = (double)size / (double)scaled, stretch = scale < 1 ? 1 : scale, reach = LOBES * stretch;
    axis->taps = (int)ceil(reach) * 2 + 1;
    axis->first = malloc((size_t)wanted * sizeof(int));
    axis->count = malloc((size_t)wanted * sizeof(int));
    axis->weights = malloc((size_t)wanted * (size_t)axis->taps * sizeof(int32_t));
    double *exact = malloc((size_t)axis->taps * sizeof(double));
    if (!axis->first || !axis->count || !axis->weights || !exact) {
        free(exact);
        return -1;
    }
    for (int i = 0; i < wanted; i++) {
        double center = ((double)(offset + i) + 0.5) * scale, sum = 0;
        int first = (int)(center - reach + 0.5), end = (int)(center + reach + 0.5);
        if (first < 0) first = 0;
        if (end > size) end = size;
        for (int j = first; j < end; j++) sum += exact[j - first] = lanczos((j - center + 0.5) / stretch);
        for (int j = 0; j < end - first; j++)
            axis->weights[(long)i * axis->taps + j] = (int32_t)lround(exact[j] / sum * (1 << BITS));
        axis->first[i] = first;
        axis->count[i] = end - first;
    }
    free(exact);
    return 0;
}

static inline uint8_t clamped(int32_t sum) {
    int32_t value = sum >> BITS;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void scale_row(const axis *axis, const uint8_t *source, int width, uint8_t *row) {
    for (int x = 0; x < width; x++, row += 3) {
        const uint8_t *pixel = source + (long)axis->first[x] * 3;
        const int32_t *weights = axis->weights + (long)x * axis->taps;
        int32_t r = 1 << (BITS - 1), g = r, b = r;
        for (int i = 0; i < axis->count[x]; i++, pixel += 3) {
            r += weights[i] * pixel[0];
            g += weights[i] * pixel[1];
            b += weights[i] * pixel[2];
        }
        row[0] = clamped(r);
        row[1] = clamped(g);
        row[2] = clamped(b);
    }
}

KERNEL static void blend_rows(const uint8_t *rows, const int32_t *weights, int count, long width, int32_t *sums,
                              uint8_t *target) {
    for (long j = 0; j < width; j++) sums[j] = 1 << (BITS - 1);
    for (int i = 0; i < count; i++)
        for (long j = 0; j < width; j++) sums[j] += weights[i] * rows[i * width + j];
    for (long j = 0; j < width; j++) target[j] = clamped(sums[j]);
}

static int scale(const axis *x, const axis *y, const uint8_t *pixels, int width, const resample_shape *shape,
                 uint8_t *target) {
    // The filter reaches less far down for a row further up.
    int last = shape->height - 1, top = y->first[0], bottom = y->first[last] + y->count[last];
    long row = (long)shape->width * 3;
    uint8_t *rows = malloc((size_t)(bottom - top) * (size_t)row);
    int32_t *sums = malloc((size_t)row * sizeof(int32_t));
    if (rows && sums) {
        for (int i = top; i < bottom; i++)
            scale_row(x, pixels + (long)i * width * 3, shape->width, rows + (i - top) * row);
        for (int i = 0; i < shape->height; i++)
            blend_rows(rows + (y->first[i] - top) * row, y->weights + (long)i * y->taps, y->count[i], row, sums,
                       target + i * row);
    }
    int result = rows && sums ? 0 : -1;
    free(rows);
    free(sums);
    return result;
}

int resample_lanczos(const uint8_t *pixels, int width, int height, const resample_shape *shape, uint8_t *target) {
    axis x = {0}, y = {0};
    int result = -1;
    if (!prepare(&x, width, shape->scaled_width, shape->left, shape->width) &&
        !prepare(&y, height, shape->scaled_height, shape->top, shape->height))
        result = scale(&x, &y, pixels, width, shape, target);
    clear(&x);
    clear(&y);
    return result;
}
