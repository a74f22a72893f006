#include "pooling.h"
#include "kernel.h"
#include <string.h>

KERNEL static void challenge(const float *restrict x, float *restrict y, uint8_t *restrict winners, int channels,
                             uint8_t place) {
    for (int c = 0; c < channels; c++) {
        int wins = (x[c] > y[c]) | (x[c] != x[c]);
        y[c] = wins ? x[c] : y[c];
        winners[c] = wins ? place : winners[c];
    }
}

KERNEL static void reward(float *restrict dx, const float *restrict dy, const uint8_t *restrict winners, int channels,
                          uint8_t place) {
    for (int c = 0; c < channels; c++) dx[c] += winners[c] == place ? dy[c] : 0.0f;
}

void pool_forward(const pool_shape *s, const float *x, float *y, uint8_t *winners) {
    for (int oy = 0; oy < s->out_height; oy++)
        for (int ox = 0; ox < s->out_width; ox++, y += s->channels, winners += s->channels) {
            const float *window = x + ((long)oy * s->stride * s->width + ox * s->stride) * s->channels;
            memcpy(y, window, sizeof(float) * (size_t)s->channels);
            memset(winners, 0, (size_t)s->channels);
            for (int place = 1; place < s->kernel * s->kernel; place++) {
                int row = place / s->kernel, column = place % s->kernel;
                challenge(window + ((long)row * s->width + column) * s->channels, y, winners, s->channels, (uint8_t)place);
            }
        }
}

void pool_backward(const pool_shape *s, const float *dy, const uint8_t *winners, float *dx) {
    memset(dx, 0, sizeof(float) * (size_t)((long)s->height * s->width * s->channels));
    for (int oy = 0; oy < s->out_height; oy++)
        for (int ox = 0; ox < s->out_width; ox++, dy += s->channels, winners += s->channels) {
            float *window = dx + ((long)oy * s->stride * s->width + ox * s->stride) * s->channels;
            for (int place = 0; place < s->kernel * s->kernel; place++) {
                int row = place / s->kernel, column = place % s->kernel;
                reward(window + ((long)row * s->width + column) * s->channels, dy, winners, s->channels, (uint8_t)place);
            }
        }
}
