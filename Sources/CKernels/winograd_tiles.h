// One tile of 16 channels through the two-dimensional transforms: the one-dimensional ones over its columns,
// then over its rows. In the Winograd domain a tile's n² values lie in n² matrices, `point` floats apart, at
// the places `rows`.
//
// The transforms walk up to 64 streams, more than the hardware follows: each is fetched some rows ahead. Per
// layer V 3.5 to 2.2 ms, y 4.8 to 2.7, dx 8 to 5.
#pragma once
#include "bfloat16.h"
#include "winograd.h"

// POINTS(inputs): products of a tile in one direction. EACH_INPUTS, EACH_TILE: the sizes that there are.
#if PAIRED
#include "winograd_transforms_bf16.h"
#else
#include "winograd_transforms.h"
#endif

enum { WRITE_AHEAD = 2 * V, READ_AHEAD = 4 * V };
enum { MOST_TAPS = 5 };

// What 16 channels of a tile are at most, in floats.
enum { TILE = WINOGRAD_MOST_POINTS * WINOGRAD_MOST_POINTS * V };

#define KEY(INPUTS, OUTPUTS) ((INPUTS) * 8 + (OUTPUTS))

typedef void (*transform)(const float *x, long xs, float *y, long ys);

/// Where a tile's values of all points lie.
typedef struct {
    float *at;
    const int *rows;
    long point;
    /// Points in one direction of the plan, at least the tile's.
    int points;
} domain;

ALWAYS_INLINE float *place(const domain *d, int i, int j) {
    int p = i * d->points + j;
    return d->at + p * d->point + d->rows[p];
}

/// `count` transforms of lines that begin `step` floats apart.
ALWAYS_INLINE void lines(transform f, int count, const float *x, long x_step, long xs, float *y, long y_step,
                         long ys) {
#pragma clang loop unroll(disable)
    for (int j = 0; j < count; j++) f(x + j * x_step, xs, y + j * y_step, ys);
}

/// The second pass into the domain: t[height][t_width] → height × width values, which f makes of each row.
ALWAYS_INLINE void rows_into(transform f, int height, const int width, const float *t, int t_width,
                             const domain *d, const enum form form) {
    for (int i = 0; i < height; i++) {
        float row[WINOGRAD_MOST_POINTS * V] __attribute__((aligned(64)));
        f(t + i * t_width * V, V, row, V);
        for (int j = 0; j < width; j++) {
            int p = i * d->points + j;
            float *to = d->at + p * d->point;
            long at = d->rows[p] / V;
            put(to, at, load(row + j * V), form);
            __builtin_prefetch(to + at * TERMS + WRITE_AHEAD, 1, 3);
        }
    }
}

/// The first pass out of the domain: height × width values → t[height][t_width].
ALWAYS_INLINE void rows_from(transform f, int height, const int width, const domain *d, float *t,
                             int t_width) {
    for (int i = 0; i < height; i++) {
        float row[WINOGRAD_MOST_POINTS * V] __attribute__((aligned(64)));
        for (int j = 0; j < width; j++) {
            const float *from = place(d, i, j);
            store(row + j * V, load(from));
            __builtin_prefetch(from + READ_AHEAD, 0, 3);
        }
        f(row, V, t + i * t_width * V, V);
    }
}

/// Bᵀ x B of height × width inputs at x, whose rows and pixels lie `row` and `pixel` floats apart.
ALWAYS_INLINE void tile_input(int height, int width, const float *x, long row, long pixel, const domain *d,
                              const enum form form) {
    float t[TILE] __attribute__((aligned(64)));
#define BY_COLUMNS(N) \
    case N: lines(input_##N, width, x, pixel, row, t, V, (long)width * V); break;
#define BY_ROWS(N) \
    case N: rows_into(input_##N, POINTS(height), POINTS(N), t, width, d, form); break;
    switch (height) { EACH_INPUTS(BY_COLUMNS) }
    switch (width) { EACH_INPUTS(BY_ROWS) }
#undef BY_COLUMNS
#undef BY_ROWS
}

/// The adjoint: adds B D Bᵀ to height × width values at x.
static void tile_input_adjoint(int height, int width, const domain *d, float *x, long row, long pixel) {
    float t[TILE] __attribute__((aligned(64)));
#define BY_ROWS(N) \
    case N: rows_from(input_adjoint_##N, POINTS(height), POINTS(N), d, t, width); break;
#define BY_COLUMNS(N)                                               \
    case N:                                                      \
        for (int j = 0; j < width; j++) {                        \
            float y[N * V] __attribute__((aligned(64)));         \
            input_adjoint_##N(t + j * V, (long)width * V, y, V); \
            for (int i = 0; i < N; i++) {                        \
                float *to = x + i * row + j * pixel;             \
                store(to, load(to) + load(y + i * V));           \
            }                                                    \
        }                                                        \
        break;
    switch (width) { EACH_INPUTS(BY_ROWS) }
    switch (height) { EACH_INPUTS(BY_COLUMNS) }
#undef BY_COLUMNS
#undef BY_ROWS
}

/// Aᵀ M A + bias, rectified if `relu`, as `height` × `width` outputs at y. `taps`: r.
static void tile_output(int taps, int height, int width, const domain *d, v16 bias, int relu, float *y,
                        long row, long pixel) {
    float t[TILE] __attribute__((aligned(64)));
    int inputs = height + taps - 1;
#define BY_ROWS(N, M, R) \
    case KEY(N, M): rows_from(output_##N##_##M, POINTS(inputs), POINTS(N), d, t, M); break;
#define BY_COLUMNS(N, M, R)                                                         \
    case KEY(N, M):                                                              \
        for (int j = 0; j < width; j++) {                                        \
            float out[M * V] __attribute__((aligned(64)));                       \
            output_##N##_##M(t + j * V, (long)width * V, out, V);                \
            for (int i = 0; i < M; i++) {                                        \
                v16 value = load(out + i * V) + bias;                            \
                store(y + i * row + j * pixel, relu ? rectified(value) : value); \
            }                                                                    \
        }                                                                        \
        break;
    switch (KEY(width + taps - 1, width)) { EACH_TILE(BY_ROWS) }
    switch (KEY(inputs, height)) { EACH_TILE(BY_COLUMNS) }
#undef BY_COLUMNS
#undef BY_ROWS
}

/// The adjoint: A dy Aᵀ.
ALWAYS_INLINE void tile_output_adjoint(int taps, int height, int width, const float *dy, long row, long pixel,
                                       const domain *d, const enum form form) {
    float t[TILE] __attribute__((aligned(64)));
    int inputs = height + taps - 1;
#define BY_COLUMNS(N, M, R) \
    case KEY(N, M): lines(output_adjoint_##N##_##M, width, dy, pixel, row, t, V, (long)width * V); break;
#define BY_ROWS(N, M, R) \
    case KEY(N, M): rows_into(output_adjoint_##N##_##M, POINTS(inputs), POINTS(N), t, width, d, form); break;
    switch (KEY(inputs, height)) { EACH_TILE(BY_COLUMNS) }
    switch (KEY(width + taps - 1, width)) { EACH_TILE(BY_ROWS) }
#undef BY_COLUMNS
#undef BY_ROWS
}

/// `inputs`: those of the largest tile. G w Gᵀ: taps × taps values `tap` floats apart →
/// points × points values `point` floats apart.
static void tile_filter(int inputs, int taps, const float *w, long tap, float *u, long point) {
    float t[TILE] __attribute__((aligned(64)));
#define BOTH(N, M, R)                                               \
    case KEY(N, M):                                                 \
        lines(filter_##N##_##R, R, w, tap, R *tap, t, V, R *V);     \
        lines(filter_##N##_##R, POINTS(N), t, R *V, V, u, POINTS(N) * point, point); \
        break;
    switch (KEY(inputs, inputs - taps + 1)) { EACH_TILE(BOTH) }
#undef BOTH
}

/// The adjoint: Gᵀ dU G of the sum of `parts` that lie `part` floats apart.
static void tile_filter_adjoint(int inputs, int taps, const float *du, long point, int parts, long part,
                                float *dw) {
    float sum[TILE] __attribute__((aligned(64))), t[TILE] __attribute__((aligned(64)));
    for (int p = 0; p < POINTS(inputs) * POINTS(inputs); p++) {
        v16 value = load(du + p * point);
        for (int k = 1; k < parts; k++) value += load(du + p * point + k * part);
        store(sum + p * V, value);
    }
#define BOTH(N, M, R)                                                 \
    case KEY(N, M):                                                   \
        lines(filter_adjoint_##N##_##R, POINTS(N), sum, POINTS(N) * V, V, t, R *V, V); \
        lines(filter_adjoint_##N##_##R, R, t, V, R *V, dw, V, R *V);  \
        break;
    switch (KEY(inputs, inputs - taps + 1)) { EACH_TILE(BOTH) }
#undef BOTH
}
