#include "winograd.h"
#include <stdlib.h>

// Outputs of the largest tile in one direction. 3 taps, conv3 to conv5, products of forward, dx and dw in ms:
// tiles of 2 40, 40, 53; of 4 28, 28, 31; of 5 20, 20, 23; of 6 21, 21, 24. 5 taps, conv2: 2 49, 58, 64; 3
// 32, 28, 29; 4 22, 22, 25.
//
// Of the algorithms for bfloat16 (winograd_transforms.py) the largest forward: fewest products, and less error than
// with 6 points. Gradients of 3 taps, whose noise is far larger anyway, take 6 points: as many products (13 = 6 + 6 + 1 =
// 4 + 4 + 4 + 1 takes 21 of both) of fewer and larger matrices, out of cheaper transforms. conv3 to conv5 backward 109 to
// 96 ms.
static int largest_tile(int taps, int paired, int gradients) {
    if (taps == 5) return 4;
    return !paired ? 5 : gradients ? 4 : 6;
}

// Products of a tile in one direction: as many as inputs; with the bfloat16 points the seventh and eighth take
// three, a quadratic factor's.
static int products_of(int inputs, int paired) { return paired && inputs > 6 ? 9 : inputs; }

// Rows that a point's products should have at least: images are taken together until they do. 72 is 8 images
// of conv3's 9 tiles (4 and 16 images: slightly worse), and 1 of conv1 and conv2 (2: 10 % worse, 4: worse
// still, for the caches). For gradients in bfloat16, which takes half the room, 2 at least: that of conv2's kernels is
// added to for each group of images (dU of 32 images 15 ms by ones, 10 by twos).
enum { wanted_rows = 72, most_images = 16 };

// Between two points' matrices, so that the same row of all points does not fall into the same place of every
// cache. As many words where elements are half as large.
enum { stagger = 80 };

static int clamped(int value, int low, int high) { return value < low ? low : value > high ? high : value; }

static int chunks(int channels) { return (channels + 15) / 16; }

// Tiles in one direction that use point i: the larger ones come first.
static int users(const winograd_plan *plan, int i) {
    int count = 0;
    for (int tile = 0; tile < plan->tiles; tile++)
        count += products_of(plan->size[tile] + plan->taps - 1, plan->paired) > i;
    return count;
}

static void cut_into_tiles(winograd_plan *plan, int most) {
    for (int begin = 0; begin < plan->shape.out_side; plan->tiles++) {
        int rest = plan->shape.out_side - begin;
        plan->begin[plan->tiles] = begin;
        plan->size[plan->tiles] = rest < most ? rest : most;
        begin += plan->size[plan->tiles];
    }
    plan->points = products_of(plan->size[0] + plan->taps - 1, plan->paired);
}

static void place_rows(winograd_plan *plan) {
    int n = plan->points, *row = plan->rows;
    for (int image = 0; image < plan->images; image++)
        for (int y = 0; y < plan->tiles; y++)
            for (int x = 0; x < plan->tiles; x++)
                for (int p = 0; p < n * n; p++)
                    *row++ = (image * plan->count[p] + y * users(plan, p % n) + x) * 16;
}

winograd_plan *winograd_plan_create(const winograd_shape *shape, int paired, int gradients) {
    int taps = (shape->kernel + shape->stride - 1) / shape->stride;
    if (taps != 3 && taps != 5) return NULL;
    if (shape->stride > 1 && shape->groups > 1) return NULL;
    int most = largest_tile(taps, paired, gradients);
    if (shape->out_side < 1 || shape->out_side > most * WINOGRAD_MOST_TILES) return NULL;

    winograd_plan *plan = calloc(1, sizeof *plan);
    if (!plan) return NULL;
    plan->shape = *shape;
    plan->paired = paired;
    plan->taps = taps;
    cut_into_tiles(plan, most);
    int n = plan->points, tiles = plan->tiles * plan->tiles;
    for (int p = 0; p < n * n; p++) plan->count[p] = users(plan, p / n) * users(plan, p % n);
    plan->images = clamped(wanted_rows / tiles, paired && gradients ? 2 : 1, most_images);
    plan->inputs = shape->stride * shape->stride * shape->channels / shape->groups;
    plan->outputs = shape->outputs / shape->groups;
    plan->in_chunks = chunks(plan->inputs);
    plan->out_chunks = chunks(plan->outputs);
    plan->plane_side = shape->out_side + taps - 1;
    int rows = plan->images * tiles;
    // Pairs of rows are whole.
    plan->chunk_stride = 16L * (paired ? (rows + 1) / 2 * 2 : rows);
    long apart = paired ? 2 * stagger : stagger;
    plan->in_stride = plan->chunk_stride * plan->in_chunks * shape->groups + apart;
    plan->out_stride = plan->chunk_stride * plan->out_chunks * shape->groups + apart;
    plan->rows = malloc(sizeof(int) * (size_t)plan->images * (size_t)(tiles * n * n));
    if (!plan->rows) {
        free(plan);
        return NULL;
    }
    place_rows(plan);
    return plan;
}

void winograd_plan_destroy(winograd_plan *plan) {
    if (plan) free(plan->rows);
    free(plan);
}

long winograd_in_count(const winograd_plan *plan) { return plan->in_stride * plan->points * plan->points; }

long winograd_out_count(const winograd_plan *plan) { return plan->out_stride * plan->points * plan->points; }

long winograd_filter_count(const winograd_plan *plan) {
    return (long)plan->shape.groups * plan->points * plan->points * plan->in_chunks * plan->out_chunks * 256;
}

long winograd_words(const winograd_plan *plan, long count) { return plan->paired ? count / 2 : count; }

long winograd_plane_count(const winograd_plan *plan) {
    long side = plan->plane_side, stride = plan->shape.stride;
    long phases = stride > 1 ? (stride + 1) * (side * stride * plan->shape.channels + 16) : 0;
    return side * side * 16 + (phases + 15) / 16 * 16;
}
