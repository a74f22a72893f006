// The phases of winograd.h over whole groups of images.
#pragma once
#include "micro_kernels.h"
#include "winograd_planes.h"
#include "winograd_tiles.h"

/// Tile `tile` of image `image` in the matrices at `at`, which begin with the chunk's.
ALWAYS_INLINE domain tile_domain(const winograd_plan *plan, const float *at, long point, int image,
                                 int tile) {
    int all = plan->points * plan->points, tiles = plan->tiles * plan->tiles;
    return (domain){(float *)at, plan->rows + (long)(image * tiles + tile) * all, point, plan->points};
}

// MARK: - Kernels

/// The taps of 16 outputs and 16 inputs as [tap][output][input].
static void gather_taps(const winograd_plan *plan, const float *w, int group, int in_chunk, int out_chunk,
                        float *taps) {
    const winograd_shape *s = &plan->shape;
    int r = plan->taps, channels = s->channels / s->groups, count = least(V, plan->outputs - out_chunk * V);
    segment segments[V];
    int pieces = segments_of(plan, in_chunk, segments);
    memset(taps, 0, sizeof(float) * (size_t)(r * r * V * V));
    for (int output = 0; output < count; output++) {
        const float *kernel =
            w + (long)(group * plan->outputs + out_chunk * V + output) * s->kernel * s->kernel * channels;
        for (int tap = 0; tap < r * r; tap++)
            for (int k = 0; k < pieces; k++) {
                segment g = segments[k];
                int y = tap / r * s->stride + g.phase, x = tap % r * s->stride * channels + g.offset;
                int inside = least(g.count, s->kernel * channels - x);
                if (y < s->kernel && inside > 0)
                    memcpy(taps + (tap * V + output) * V + g.lane,
                           kernel + (long)y * s->kernel * channels + x, sizeof(float) * (size_t)inside);
            }
    }
}

/// Inputs of the largest tile in one direction.
ALWAYS_INLINE int most_inputs(const winograd_plan *plan) { return plan->size[0] + plan->taps - 1; }

#if PAIRED
/// U of 16 inputs and 16 outputs, or the other way round, whose points lie too far apart to stay in a cache from
/// one row to the next: they are put together first (conv3's U and Uᵀ: 19 ms row by row, 3.4 so).
static void filter_block(const winograd_plan *plan, const float *taps, float *u, long point) {
    enum { BLOCK = V * TERMS };
    float block[WINOGRAD_MOST_POINTS * WINOGRAD_MOST_POINTS * BLOCK] __attribute__((aligned(64)));
    int n = plan->points;
    for (int row = 0; row < V; row++) {
        float values[TILE] __attribute__((aligned(64)));
        tile_filter(most_inputs(plan), plan->taps, taps + row * V, V * V, values, V);
        for (int p = 0; p < n * n; p++) put(block + p * BLOCK, row, load(values + p * V), PAIRS);
    }
    for (int p = 0; p < n * n; p++) memcpy(u + p * point, block + p * BLOCK, sizeof(float) * BLOCK);
}
#else
static void filter_block(const winograd_plan *plan, const float *taps, float *u, long point) {
    for (int row = 0; row < V; row++)
        tile_filter(most_inputs(plan), plan->taps, taps + row * V, V * V, u + row * V, point);
}
#endif

static void filter(const winograd_plan *plan, const float *w, int group, int in_chunk, int out_chunk, float *u) {
    float taps[MOST_TAPS * MOST_TAPS * V * V] __attribute__((aligned(64)));
    int n = plan->points, r = plan->taps;
    long point = words((long)plan->in_chunks * plan->out_chunks * V * V);
    gather_taps(plan, w, group, in_chunk, out_chunk, taps);
    for (int tap = 0; tap < r * r; tap++) {
        float block[V * V] __attribute__((aligned(64)));
        memcpy(block, taps + tap * V * V, sizeof block);
        transpose16(block, V, taps + tap * V * V, V);
    }
    float *to = u + group * n * n * point + words(((long)out_chunk * plan->in_chunks + in_chunk) * V * V);
    filter_block(plan, taps, to, point);
}

static void filter_transposed(const winograd_plan *plan, const float *w, int group, int in_chunk, int out_chunk,
                              float *ut) {
    float taps[MOST_TAPS * MOST_TAPS * V * V] __attribute__((aligned(64)));
    int n = plan->points;
    long point = words((long)plan->in_chunks * plan->out_chunks * V * V);
    gather_taps(plan, w, group, in_chunk, out_chunk, taps);
    float *to = ut + group * n * n * point + words(((long)in_chunk * plan->out_chunks + out_chunk) * V * V);
    filter_block(plan, taps, to, point);
}

static void filter_adjoint(const winograd_plan *plan, const float *dut, int parts, long part, int group,
                           int in_chunk, int out_chunk, float *dw) {
    const winograd_shape *s = &plan->shape;
    int n = plan->points, r = plan->taps, channels = s->channels / s->groups;
    int count = least(V, plan->outputs - out_chunk * V);
    long point = (long)plan->in_chunks * plan->out_chunks * V * V;
    const float *from = dut + group * n * n * point + ((long)in_chunk * plan->out_chunks + out_chunk) * V * V;
    segment segments[V];
    int pieces = segments_of(plan, in_chunk, segments);
    for (int output = 0; output < count; output++) {
        float taps[MOST_TAPS * MOST_TAPS * V] __attribute__((aligned(64)));
        tile_filter_adjoint(most_inputs(plan), r, from + output * V, point, parts, part, taps);
        float *kernel =
            dw + (long)(group * plan->outputs + out_chunk * V + output) * s->kernel * s->kernel * channels;
        for (int tap = 0; tap < r * r; tap++)
            for (int k = 0; k < pieces; k++) {
                segment g = segments[k];
                int y = tap / r * s->stride + g.phase, x = tap % r * s->stride * channels + g.offset;
                int inside = least(g.count, s->kernel * channels - x);
                if (y < s->kernel && inside > 0)
                    memcpy(kernel + (long)y * s->kernel * channels + x, taps + tap * V + g.lane,
                           sizeof(float) * (size_t)inside);
            }
    }
}

// MARK: - Images into the domain and back

ALWAYS_INLINE void input_as(const winograd_plan *plan, const float *x, int images, winograd_range chunks, float *v,
                            float *plane, const enum form form) {
    const winograd_shape *s = &plan->shape;
    int side = plan->plane_side, more = plan->taps - 1;
    float *rows = plane + (long)side * side * V;
    memset(plane, 0, sizeof(float) * (size_t)(side * side * V));
    for (int image = 0; image < images; image++, x += (long)s->side * s->side * s->channels)
        for (int chunk = chunks.first; chunk < chunks.end; chunk++) {
            if (s->stride > 1)
                plane_gather_phases(plan, x, chunk, plane, rows);
            else
                plane_gather(plan, x, chunk / plan->in_chunks, chunk % plan->in_chunks, plane);
            for (int tile = 0; tile < plan->tiles * plan->tiles; tile++) {
                int y = tile / plan->tiles, z = tile % plan->tiles;
                domain d = tile_domain(plan, v + chunk * words(plan->chunk_stride), words(plan->in_stride),
                                       image, tile);
                tile_input(plan->size[y] + more, plan->size[z] + more,
                           plane + (plan->begin[y] * side + plan->begin[z]) * V, (long)side * V, V, &d, form);
            }
        }
}

static void input(const winograd_plan *plan, const float *x, int images, winograd_range chunks, float *v, float *plane) {
    input_as(plan, x, images, chunks, v, plane, ROWS);
}

#if PAIRED
static void input_pairs(const winograd_plan *plan, const float *x, int images, winograd_range chunks, float *v,
                        float *plane) {
    input_as(plan, x, images, chunks, v, plane, PAIRS);
}
#else
#define input_pairs input
#endif

static void input_adjoint(const winograd_plan *plan, const float *d, int images, const float *mask, float *dx,
                          float *plane) {
    const winograd_shape *s = &plan->shape;
    int side = plan->plane_side, more = plan->taps - 1;
    long count = (long)s->side * s->side * s->channels;
    for (int image = 0; image < images; image++)
        for (int chunk = 0; chunk < s->groups * plan->in_chunks; chunk++) {
            memset(plane, 0, sizeof(float) * (size_t)(side * side * V));
            for (int tile = 0; tile < plan->tiles * plan->tiles; tile++) {
                int y = tile / plan->tiles, z = tile % plan->tiles;
                domain from = tile_domain(plan, d + chunk * plan->chunk_stride, plan->in_stride, image, tile);
                tile_input_adjoint(plan->size[y] + more, plan->size[z] + more, &from,
                                   plane + (plan->begin[y] * side + plan->begin[z]) * V, (long)side * V, V);
            }
            plane_scatter(plan, plane, chunk / plan->in_chunks, chunk % plan->in_chunks,
                          mask ? mask + image * count : 0, dx + image * count);
        }
}

/// The first channel of a chunk of outputs, counted over the groups, and how many it has.
ALWAYS_INLINE int first_output(const winograd_plan *plan, int chunk) {
    return chunk / plan->out_chunks * plan->outputs + chunk % plan->out_chunks * V;
}
ALWAYS_INLINE int outputs_in(const winograd_plan *plan, int chunk) {
    return least(V, plan->outputs - chunk % plan->out_chunks * V);
}

static void output(const winograd_plan *plan, const float *m, int images, winograd_range chunks, const float *bias,
                   int relu, float *y, float *plane) {
    int side = plan->shape.out_side, channels = plan->shape.outputs;
    for (int image = 0; image < images; image++, y += (long)side * side * channels)
        for (int chunk = chunks.first; chunk < chunks.end; chunk++) {
            int first = first_output(plan, chunk), count = outputs_in(plan, chunk);
            // A chunk that is not full passes through the plane.
            float *to = count == V ? y + first : plane;
            long pixel = count == V ? channels : V;
            v16 added = load_first(bias + first, count);
            for (int tile = 0; tile < plan->tiles * plan->tiles; tile++) {
                int i = tile / plan->tiles, j = tile % plan->tiles;
                domain d = tile_domain(plan, m + chunk * plan->chunk_stride, plan->out_stride, image, tile);
                tile_output(plan->taps, plan->size[i], plan->size[j], &d, added, relu,
                            to + ((long)plan->begin[i] * side + plan->begin[j]) * pixel, side * pixel, pixel);
            }
            if (count < V)
                for (int p = 0; p < side * side; p++)
                    store_first(y + (long)p * channels + first, load(plane + p * V), count);
        }
}

/// E of one chunk, whose sums of dy `sums` takes.
ALWAYS_INLINE void output_adjoint_of(const winograd_plan *plan, const float *dy, int images, int chunk, float *e,
                                     float *sums, float *plane, const enum form form) {
    int side = plan->shape.out_side, channels = plan->shape.outputs;
    int first = first_output(plan, chunk), count = outputs_in(plan, chunk);
    for (int image = 0; image < images; image++) {
        const float *from = dy + (long)image * side * side * channels + first;
        v16 sum = splat(0);
        for (int p = 0; p < side * side; p++) {
            v16 value = load_first(from + (long)p * channels, count);
            sum += value;
            if (count < V) store(plane + p * V, value);
        }
        store_first(sums + (long)image * channels + first, sum, count);
        if (count < V) from = plane;
        long pixel = count == V ? channels : V;
        for (int tile = 0; tile < plan->tiles * plan->tiles; tile++) {
            int i = tile / plan->tiles, j = tile % plan->tiles;
            domain d = tile_domain(plan, e, words(plan->out_stride), image, tile);
            tile_output_adjoint(plan->taps, plan->size[i], plan->size[j],
                                from + ((long)plan->begin[i] * side + plan->begin[j]) * pixel, side * pixel,
                                pixel, &d, form);
        }
    }
}

static void output_adjoint(const winograd_plan *plan, const float *dy, int images, float *e, float *rows, float *sums,
                           float *plane) {
    long step = words(plan->chunk_stride);
    for (int chunk = 0; chunk < plan->shape.groups * plan->out_chunks; chunk++, e += step) {
        if (!PAIRED || !rows) {
            output_adjoint_of(plan, dy, images, chunk, e, sums, plane, PAIRS);
            continue;
        }
        output_adjoint_of(plan, dy, images, chunk, rows + chunk * step, sums, plane, ROWS);
        for (int p = 0; p < plan->points * plan->points; p++)
            pairs_of_rows(rows + chunk * step + p * words(plan->out_stride), images * plan->count[p],
                          e + p * words(plan->out_stride));
    }
}

// MARK: - Products

/// The matrices of one group at one point, with `stride` floats between points, that are multiplied…
ALWAYS_INLINE matrix factor_at(const winograd_plan *plan, const float *at, long stride, int chunk, int point) {
    return matrix_at(at + point * words(stride) + chunk * words(plan->chunk_stride),
                     words(plan->chunk_stride));
}
/// …and that come of it.
ALWAYS_INLINE matrix result_at(const winograd_plan *plan, const float *at, long stride, int chunk, int point) {
    return matrix_at(at + point * stride + chunk * plan->chunk_stride, plan->chunk_stride);
}

static void products(const winograd_plan *plan, const float *v, int images, winograd_range points, const float *u,
                     float *m) {
    int n2 = plan->points * plan->points;
    long block = words((long)plan->in_chunks * plan->out_chunks * V * V);
    for (int group = 0; group < plan->shape.groups; group++, u += n2 * block)
        for (int p = points.first; p < points.end; p++)
            product(images * plan->count[p], plan->out_chunks, plan->in_chunks * TERMS,
                    factor_at(plan, v, plan->in_stride, group * plan->in_chunks, p),
                    matrix_at(u + p * block, plan->in_chunks * TERMS * V),
                    result_at(plan, m, plan->out_stride, group * plan->out_chunks, p), 0, u + (p + 1) * block);
}

static void products_adjoint(const winograd_plan *plan, const float *e, int images, const float *ut,
                             float *d) {
    int n2 = plan->points * plan->points;
    long block = words((long)plan->in_chunks * plan->out_chunks * V * V);
    for (int group = 0; group < plan->shape.groups; group++)
        for (int p = 0; p < n2; p++, ut += block)
            product(images * plan->count[p], plan->in_chunks, plan->out_chunks * TERMS,
                    factor_at(plan, e, plan->out_stride, group * plan->out_chunks, p),
                    matrix_at(ut, plan->out_chunks * TERMS * V),
                    result_at(plan, d, plan->in_stride, group * plan->in_chunks, p), 0, ut + block);
}

static void filter_products(const winograd_plan *plan, const float *v, const float *e, int images, int group,
                            int point, float *dut, int adding) {
    int n2 = plan->points * plan->points, count = plan->count[point];
    int together = (images + plan->images - 1) / plan->images;
    const parts parts = {
        .count = together,
        .rows = row_words((long)plan->images * count),
        .last = row_words((long)(images - (together - 1) * plan->images) * count),
        .a_step = n2 * words(plan->out_stride),
        .b_step = n2 * words(plan->in_stride),
    };
    long block = (long)plan->in_chunks * plan->out_chunks * V * V;
    transposed_product(plan->out_chunks, plan->in_chunks, &parts,
                       factor_at(plan, e, plan->out_stride, group * plan->out_chunks, point),
                       factor_at(plan, v, plan->in_stride, group * plan->in_chunks, point),
                       matrix_at(dut + ((long)group * n2 + point) * block, plan->out_chunks * V * V), adding, NULL, 0);
}
