// Between images and planes: a plane is one chunk of 16 channels of one image, [plane_side][plane_side][16],
// with the padding around it and zeros for channels that do not exist. The transforms read and write planes,
// so that they know no borders and no ragged channels.
#pragma once
#include "vector.h"
#include "winograd.h"
#include <string.h>

/// Channels of a chunk that come from one phase: `count` floats at `offset` of each pixel's run of stride ·
/// channels floats in a row of that phase, at lane `lane` of the chunk.
typedef struct {
    int phase, offset, lane, count;
} segment;

ALWAYS_INLINE int least(int a, int b) { return a < b ? a : b; }

/// The segments of a chunk of inputs; one without a stride.
static int segments_of(const winograd_plan *plan, int chunk, segment segments[V]) {
    int run = plan->inputs / plan->shape.stride, end = least((chunk + 1) * V, plan->inputs), count = 0;
    for (int channel = chunk * V; channel < end; count++) {
        segment *s = &segments[count];
        *s = (segment){channel / run, channel % run, channel - chunk * V, 0};
        s->count = least(run - s->offset, end - channel);
        channel += s->count;
    }
    return count;
}

/// Of a chunk of inputs of a group in an image without a stride. What lies outside the image is not touched.
static void plane_gather(const winograd_plan *plan, const float *image, int group, int chunk, float *plane) {
    const winograd_shape *s = &plan->shape;
    int count = least(V, plan->inputs - chunk * V), end = least(plan->plane_side, s->padding + s->side);
    const float *from = image + group * plan->inputs + chunk * V;
    for (int y = s->padding; y < end; y++) {
        const float *pixel = from + (long)(y - s->padding) * s->side * s->channels;
        for (int x = s->padding; x < end; x++, pixel += s->channels)
            store(plane + (y * plan->plane_side + x) * V, load_first(pixel, count));
    }
}

/// The adjoint, without the sum: a plane's inside into the image; 0 where `mask` is given and not above 0.
static void plane_scatter(const winograd_plan *plan, const float *plane, int group, int chunk,
                          const float *mask, float *image) {
    const winograd_shape *s = &plan->shape;
    int count = least(V, plan->inputs - chunk * V);
    long first = group * plan->inputs + chunk * V;
    for (int y = 0; y < s->side; y++)
        for (int x = 0; x < s->side; x++) {
            long at = ((long)y * s->side + x) * s->channels + first;
            int py = y + s->padding, px = x + s->padding;
            // Pixels that no output sees have no gradient.
            int seen = py < plan->plane_side && px < plan->plane_side;
            v16 value = seen ? load(plane + (py * plan->plane_side + px) * V) : splat(0);
            if (mask) value = choose(load_first(mask + at, count) <= 0, splat(0), value);
            store_first(image + at, value, count);
        }
}

/// One row of the image, `phase` rows below the first of a row of phases, with its padding: `width` floats.
static void padded_row(const winograd_plan *plan, const float *image, int y, float *row, long width) {
    const winograd_shape *s = &plan->shape;
    long left = (long)s->padding * s->channels, inside = (long)s->side * s->channels;
    if (y < 0 || y >= s->side) {
        memset(row, 0, sizeof(float) * (size_t)width);
        return;
    }
    if (inside > width - left) inside = width - left;
    memset(row, 0, sizeof(float) * (size_t)left);
    memcpy(row + left, image + (long)y * s->side * s->channels, sizeof(float) * (size_t)inside);
    memset(row + left + inside, 0, sizeof(float) * (size_t)(width - left - inside));
}

/// Space to depth: a chunk's plane of an image with a stride. All of the plane is written.
/// `rows`: as many padded rows as a chunk has phases, with 16 floats before and after each that may be read.
static void plane_gather_phases(const winograd_plan *plan, const float *image, int chunk, float *plane,
                                float *rows) {
    const winograd_shape *s = &plan->shape;
    segment segments[V];
    int count = segments_of(plan, chunk, segments), run = s->stride * s->channels;
    long width = (long)run * plan->plane_side, step = width + V;
    const v16i lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    v16i wanted[V];
    const float *sources[V];
    for (int k = 0; k < count; k++) {
        wanted[k] = (lanes >= segments[k].lane) & (lanes < segments[k].lane + segments[k].count);
        sources[k] = rows + V + k * step + segments[k].offset - segments[k].lane;
    }
    for (int y = 0; y < plan->plane_side; y++, plane += plan->plane_side * V) {
        for (int k = 0; k < count; k++)
            padded_row(plan, image, y * s->stride + segments[k].phase - s->padding, rows + V + k * step,
                       width);
        for (int x = 0; x < plan->plane_side; x++) {
            v16 value = splat(0);
            for (int k = 0; k < count; k++)
                value = choose(wanted[k], load(sources[k] + (long)x * run), value);
            store(plane + x * V, value);
        }
    }
}
