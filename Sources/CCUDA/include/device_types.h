// What host and kernels say to each other: this text is compiled into the program and, in front of every kernel source,
// by NVRTC. Plain C, no includes; every struct has the same bytes on both sides (4-byte fields, or 8-byte ones first).

#ifndef DEVICE_TYPES_H
#define DEVICE_TYPES_H

// Activations of a layer: [towers][images][height][width][padded], elements. Of each pixel's `padded` (a multiple of 8) the
// first `channels` are real and the others zero, always. Channel c of the layer is number c % channels of tower
// c / channels. A vector has height = width = 1.
typedef struct device_tensor {
    int images;
    int height, width;
    int towers;
    int channels, padded;
} device_tensor;

// Where a parameter's numbers lie on the device. Canonical: [outputs][inputs][rows][columns] as in PyTorch. Device:
// [outputs / tower_outputs][padded_outputs][rows][columns][padded_inputs]; what is padding is zero, always.
// With block > 1 (space to depth: the first convolution, whose stride is `block`) canonical row y and column x lie at row
// y / block and column x / block of [block_rows][block_columns], as input ((y % block) · block + x % block) · inputs + c.
// A vector has inputs = rows = columns = padded_inputs = 1.
typedef struct device_weight {
    int outputs, tower_outputs, padded_outputs;
    int inputs, padded_inputs;
    int rows, columns;
    int block, block_rows, block_columns;
} device_weight;

// One sample's 256 × 256 × 3 bytes, and what happens to them: Compute's Draw.
typedef struct device_draw {
    const unsigned char *pixels;
    int top, left, flip;
    float color[3];
} device_draw;

// Of each channel; a pixel becomes (pixel + color − mean) / deviation.
typedef struct device_normalization {
    float mean[3], deviation[3];
} device_normalization;

// What is different from one step, or one piece of a batch, to the next. It lies in device memory and is written before
// the step, so that a captured graph can be launched again.
typedef struct device_step {
    // Images in use, at most the tensors' `images`; the others give no gradient and no result.
    int count;
    // Slot of the first of them in the whole batch.
    int first;
    // 1 / images of the whole batch.
    float weight;
    float smoothing;
    // The step's number, low and high word: keys the dropout masks.
    unsigned step_low, step_high;
    // Whether units are dropped, and whether batch normalisation measures the batch: not in evaluation.
    int drops, measures;
    // Whether this is the first piece of a batch, whose gradients begin the sum.
    int begins;
    float rate;
    // Adam's 1 − β₁ᵗ and √(1 − β₂ᵗ).
    float first_correction, second_correction;
} device_step;

// Of one image: cross-entropy in nats, and how many classes come before its label's.
typedef struct device_result {
    double loss;
    int rank;
    int padding;
} device_result;

// How one parameter learns, and where all that it has lies (device addresses; null for what there is none of).
typedef struct device_parameter {
    float *weights;
    // Elements when `narrow`, else floats.
    const void *gradients;
    // Of the pieces of a batch so far, in place of `gradients`; null where every batch is one piece.
    float *sum;
    float *first_moment, *second_moment, *average;
    // The weights as elements; null where elements are floats.
    void *copy;
    // Numbers, padding included: a multiple of 8.
    unsigned count;
    int narrow;
    // 0 for what is frozen, or is no parameter but a running statistic: it is averaged only.
    int learns;
    // Whether LARS scales its rate.
    int scaled;
    // Multiple of the learning rate; weight decay.
    float rate, decay;
} device_parameter;

// What all parameters have in common in an update, and what is the same in all steps.
typedef struct device_rule {
    // μ, or Adam's β₁; Adam's β₂ and ε.
    float momentum, second_momentum, epsilon;
    // Gradients are held between −limit and limit: +∞ where they are not clipped by value.
    float limit;
    // 1 − decay of the averages.
    float share;
} device_rule;

// One block's share of a pass over all parameters: numbers first ..< min(first + DEVICE_CHUNK, count). The table has all
// chunks of the first parameter in order, then those of the second…
typedef struct device_chunk {
    unsigned parameter, first;
} device_chunk;

enum { DEVICE_CHUNK = 8192 };

// Sums in double, least and greatest of what is no NaN (+∞ and −∞ where there is nothing).
typedef struct device_moments {
    double sum, sum_of_squares;
    float minimum, maximum;
} device_moments;

enum { DEVICE_BUCKETS = 64 };

// Where a histogram's buckets begin, and 1 / the width of each.
typedef struct device_range {
    float low, scale;
} device_range;

#endif
