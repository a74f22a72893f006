#include "convolution.h"
#include "kernel.h"
#include <string.h>

static inline int clamped(int value, int low, int high) { return value < low ? low : value > high ? high : value; }

// For one output row and one kernel row: which columns of the kernel lie inside the image.
struct span {
    int begin, end; // kernel columns
    int x;          // image column of `begin`
};

static struct span inside(const conv_shape *s, int ox) {
    int left = ox * s->stride - s->padding;
    struct span span = {clamped(-left, 0, s->kernel), clamped(s->width - left, 0, s->kernel), 0};
    if (span.end < span.begin) span.end = span.begin;
    span.x = left + span.begin;
    return span;
}

void conv_gather(const conv_shape *s, const float *image, float *patches) {
    const int run = s->group_channels, dense = run == s->channels;
    for (int oy = 0; oy < s->out_height; oy++)
        for (int ox = 0; ox < s->out_width; ox++) {
            const struct span span = inside(s, ox);
            for (int ky = 0; ky < s->kernel; ky++, patches += s->kernel * run) {
                int y = oy * s->stride - s->padding + ky;
                if (y < 0 || y >= s->height) {
                    memset(patches, 0, sizeof(float) * (size_t)(s->kernel * run));
                    continue;
                }
                const float *source = image + ((long)y * s->width + span.x) * s->channels + s->first;
                if (span.begin) memset(patches, 0, sizeof(float) * (size_t)(span.begin * run));
                if (dense)
                    memcpy(patches + span.begin * run, source, sizeof(float) * (size_t)((span.end - span.begin) * run));
                else
                    for (int kx = span.begin; kx < span.end; kx++, source += s->channels)
                        memcpy(patches + kx * run, source, sizeof(float) * (size_t)run);
                if (span.end < s->kernel)
                    memset(patches + span.end * run, 0, sizeof(float) * (size_t)((s->kernel - span.end) * run));
            }
        }
}

KERNEL static void add_run(float *to, const float *from, int count) {
    for (int i = 0; i < count; i++) to[i] += from[i];
}

void conv_scatter_add(const conv_shape *s, const float *patches, float *image) {
    const int run = s->group_channels, dense = run == s->channels;
    for (int oy = 0; oy < s->out_height; oy++)
        for (int ox = 0; ox < s->out_width; ox++) {
            const struct span span = inside(s, ox);
            for (int ky = 0; ky < s->kernel; ky++, patches += s->kernel * run) {
                int y = oy * s->stride - s->padding + ky;
                if (y < 0 || y >= s->height) continue;
                float *target = image + ((long)y * s->width + span.x) * s->channels + s->first;
                if (dense)
                    add_run(target, patches + span.begin * run, (span.end - span.begin) * run);
                else
                    for (int kx = span.begin; kx < span.end; kx++, target += s->channels)
                        add_run(target, patches + kx * run, run);
            }
        }
}
