// The passes of response_pool.h.
#pragma once
#include "include/response_pool.h"
#include "response_kernels.h"
#include <string.h>

typedef uint8_t v16b __attribute__((vector_size(16)));

ALWAYS_INLINE int smallest(int a, int b) { return a < b ? a : b; }

ALWAYS_INLINE v16b load_places(const uint8_t *p, int count) {
    v16b places = {0};
    if (count >= V)
        memcpy(&places, p, V);
    else
        memcpy(&places, p, (size_t)count);
    return places;
}

ALWAYS_INLINE void store_places(uint8_t *p, v16b places, int count) {
    if (count >= V)
        memcpy(p, &places, V);
    else
        memcpy(p, &places, (size_t)count);
}

/// One window of one chunk: its maximum, and where. rows: of the window, from its first pixel on.
ALWAYS_INLINE void pool_window(const float *const rows[], const int kernel, long pixel, int count, float *y,
                               uint8_t *winner) {
    v16 best = load_first(rows[0], count);
    v16i place = {0};
    for (int i = 0; i < kernel; i++)
        for (int j = 0; j < kernel; j++) {
            v16 x = load_first(rows[i] + j * pixel, count);
            v16i wins = (x > best) | (x != x);
            best = choose(wins, x, best);
            place = (wins & (i * kernel + j)) | (~wins & place);
        }
    store_first(y, best, count);
    store_places(winner, __builtin_convertvector(place, v16b), count);
}

enum { MOST_KERNEL = 15 };

ALWAYS_INLINE void forward_of(const response_pool *shape, const int kernel, const int stride, const int whole,
                              const float *x, float *y, uint8_t *winners, float *ring) {
    const pool_shape *s = &shape->pool;
    long row = (long)s->width * s->channels;
    int done = 0;
    for (int oy = 0; oy < s->out_height; oy++) {
        const float *rows[MOST_KERNEL];
        for (int i = 0; i < kernel; i++) {
            int from = oy * stride + i;
            rows[i] = shape->normalizes ? ring + from % kernel * row : x + from * row;
            if (!shape->normalizes || from < done) continue;
            for (int pixel = 0; pixel < s->width; pixel++)
                normalize(whole, x + from * row + pixel * s->channels,
                          ring + from % kernel * row + pixel * s->channels, s->channels, shape->k,
                          shape->factor);
            done = from + 1;
        }
        for (int ox = 0; ox < s->out_width; ox++, y += s->channels, winners += s->channels)
            for (int c = 0; c < s->channels; c += V) {
                const float *windows[MOST_KERNEL];
                for (int i = 0; i < kernel; i++) windows[i] = rows[i] + (long)ox * stride * s->channels + c;
                pool_window(windows, kernel, s->channels, present(whole, s->channels, c), y + c, winners + c);
            }
    }
}

/// The windows that see a pixel, from the first to before the last, in one direction.
ALWAYS_INLINE void windows_of(int pixel, const int kernel, const int stride, int count, int *first,
                              int *end) {
    *first = pixel < kernel ? 0 : (pixel - kernel) / stride + 1;
    *end = smallest(pixel / stride + 1, count);
}

/// Each pixel asks the windows that see it whether it won.
ALWAYS_INLINE void backward_of(const response_pool *shape, const int kernel, const int stride,
                               const int whole, const float *x, const float *dy, const uint8_t *winners,
                               float *dx, float *g) {
    const pool_shape *s = &shape->pool;
    int channels = s->channels;
    float *t = g + (channels + V - 1) / V * V;
    for (int row = 0; row < s->height; row++)
        for (int column = 0; column < s->width; column++, x += channels, dx += channels) {
            int top, bottom, left, right;
            windows_of(row, kernel, stride, s->out_height, &top, &bottom);
            windows_of(column, kernel, stride, s->out_width, &left, &right);
            for (int c = 0; c < channels; c += V) {
                int count = present(whole, channels, c);
                v16 sum = splat(0);
                for (int i = top; i < bottom; i++)
                    for (int j = left; j < right; j++) {
                        long at = ((long)i * s->out_width + j) * channels + c;
                        uint8_t place = (uint8_t)((row - i * stride) * kernel + column - j * stride);
                        v16i won = __builtin_convertvector(load_places(winners + at, count) == place, v16i);
                        sum += (v16)(won & (v16i)load_first(dy + at, count));
                    }
                store(g + c, sum);
            }
            if (shape->normalizes) normalize_adjoint(whole, x, g, t, channels, shape->k, shape->factor);
            for (int c = 0; c < channels; c += V) {
                int count = present(whole, channels, c);
                v16 value = load(g + c);
                if (shape->rectified) value = choose(load_first(x + c, count) <= 0, splat(0), value);
                store_first(dx + c, value, count);
            }
        }
}

/// AlexNet's windows, over channels that fill their chunks.
ALWAYS_INLINE int is_usual(const pool_shape *s) {
    return s->kernel == 3 && s->stride == 2 && s->channels % V == 0;
}

static void pool_forward_kernel(const response_pool *shape, const float *x, float *y, uint8_t *winners,
                                float *scratch) {
    if (is_usual(&shape->pool))
        forward_of(shape, 3, 2, 1, x, y, winners, scratch);
    else
        forward_of(shape, shape->pool.kernel, shape->pool.stride, 0, x, y, winners, scratch);
}

static void pool_backward_kernel(const response_pool *shape, const float *x, const float *dy,
                                 const uint8_t *winners, float *dx, float *scratch) {
    if (is_usual(&shape->pool))
        backward_of(shape, 3, 2, 1, x, dy, winners, dx, scratch);
    else
        backward_of(shape, shape->pool.kernel, shape->pool.stride, 0, x, dy, winners, dx, scratch);
}
