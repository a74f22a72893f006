// Convolution in the Winograd domain: forward and both gradients as one bilinear algorithm and its adjoints.
//
// The output is cut into square tiles of m × m; each needs (m + r − 1)² inputs, which overlap those of its
// neighbours. With the matrices of winograd_transforms.py, in both directions of the image:
//
//   forward    V = Bᵀ x B     M = V U for each point     y = Aᵀ M A + bias
//   backward   E = A dy Aᵀ    D = E Uᵀ for each point    dx += B D Bᵀ
//                             dU = Vᵀ E for each point   dw = Gᵀ dU G
//   kernels    U = G w Gᵀ
//
// V of a point is a matrix of tiles × input channels, U of input × output channels: a convolution becomes n²
// large matrix products, 2.5 to 4 times fewer multiplications than a direct one. E is made once and serves
// both gradients; V is made again for the backward pass, which costs less than to keep it.
//
// Tiles are ragged (13 = 5 + 5 + 3): a tile of m outputs takes the first m + r − 1 of the nested points, so
// that a point's matrix has as many rows as there are tiles that use it, and no output is computed that does
// not exist.
//
// A convolution with a stride s is one of stride 1 over s × s times as many channels (space to depth): pixel
// (y, x) of phase (py, px) is pixel (s y + py, s x + px) of the image. AlexNet's 11 × 11 of stride 4 on 3
// channels becomes 3 × 3 on 48; its twelfth row and column of taps do not exist and are zero.
//
// Storage, in floats, with channels in chunks of 16 (filled with zeros where they do not divide):
//   x, y, dx, dy   [image][row][column][channel]
//   w, dw          [output][row][column][channel of the group]
//   V, D           [point][group][chunk][row of the matrix][16 inputs], points `in_stride` apart; M, E likewise
//   U              [group][point][chunk of outputs][input][16 outputs]
//   Uᵀ, dUᵀ        [group][point][chunk of inputs][output][16 inputs]
//
// Where the products take bfloat16 (bfloat16.h), V, E, U and Uᵀ are it and half as large, in strides of half as many
// words: V and E in rows or in pairs, U and Uᵀ in pairs. M, D and dUᵀ are floats.
#pragma once

enum { WINOGRAD_MOST_TILES = 64, WINOGRAD_MOST_POINTS = 9 };

typedef struct {
    int side, channels; // of the square input image
    int outputs, groups;
    int kernel, stride, padding;
    int out_side;
} winograd_shape;

typedef struct {
    winograd_shape shape;
    /// Whether the products take bfloat16.
    int paired;
    /// r: the kernel's size after space to depth.
    int taps;
    /// Points in one direction: those of the largest tile.
    int points;
    /// Tiles in one direction, and of each its outputs and where they begin.
    int tiles;
    int size[WINOGRAD_MOST_TILES], begin[WINOGRAD_MOST_TILES];
    /// Images transformed and multiplied together.
    int images;
    /// Of a group, after space to depth: channels, and chunks of 16.
    int inputs, outputs, in_chunks, out_chunks;
    /// Rows and columns of the input that outputs depend on, padding included.
    int plane_side;
    /// Floats between the matrices of two points, and between the chunks of one.
    long in_stride, out_stride, chunk_stride;
    /// Tiles of one image that use a point.
    int count[WINOGRAD_MOST_POINTS * WINOGRAD_MOST_POINTS];
    /// [image][tile][point]: where the tile's row begins in the chunk of a point, in floats.
    int *rows;
} winograd_plan;

/// Null for a shape that this algorithm does not serve (another effective kernel than 3 or 5, groups with a
/// stride, too many tiles), or without memory. `gradients`: of the backward pass.
winograd_plan *winograd_plan_create(const winograd_shape *shape, int paired, int gradients);
void winograd_plan_destroy(winograd_plan *plan);

/// Floats of D and of M for `images` of a plan, and of dUᵀ.
long winograd_in_count(const winograd_plan *plan);
long winograd_out_count(const winograd_plan *plan);
long winograd_filter_count(const winograd_plan *plan);
/// Words of a factor whose product would have so many floats: of V, of E in one form, of U and Uᵀ.
long winograd_words(const winograd_plan *plan, long count);
/// Floats of the scratch that transforms need: a chunk's plane, and a row of the image in phases.
long winograd_plane_count(const winograd_plan *plan);

/// From the first on and before the end, of the chunks of all groups or of the points: those that a call does.
typedef struct {
    int first, end;
} winograd_range;

/// The algorithm for one instruction set. `images` is at most the plan's; x, y, dx and dy point at the first
/// of them.
typedef struct {
    /// Whether the products take bfloat16: plans must be made for it.
    int paired;
    /// U for one chunk of inputs and one of outputs of a group…
    void (*filter)(const winograd_plan *plan, const float *w, int group, int in_chunk, int out_chunk, float *u);
    /// …and Uᵀ.
    void (*filter_transposed)(const winograd_plan *plan, const float *w, int group, int in_chunk, int out_chunk,
                              float *ut);
    /// V = Bᵀ x B.
    void (*input)(const winograd_plan *plan, const float *x, int images, winograd_range chunks, float *v, float *plane);
    /// The same V as filter_products takes it.
    void (*input_pairs)(const winograd_plan *plan, const float *x, int images, winograd_range chunks, float *v,
                        float *plane);
    /// M = V U.
    void (*products)(const winograd_plan *plan, const float *v, int images, winograd_range points, const float *u,
                     float *m);
    /// y = Aᵀ M A + bias, then max(0, ·) if `relu`.
    void (*output)(const winograd_plan *plan, const float *m, int images, winograd_range chunks, const float *bias,
                   int relu, float *y, float *plane);

    /// E = A dy Aᵀ, and each image's sums of dy over its pixels: [image][output].
    /// e: as filter_products takes it. rows: as products_adjoint takes it; the same memory as e unless `paired`, and then
    /// null where D is not wanted.
    void (*output_adjoint)(const winograd_plan *plan, const float *dy, int images, float *e, float *rows, float *sums,
                           float *plane);
    /// D = E Uᵀ.
    void (*products_adjoint)(const winograd_plan *plan, const float *e, int images, const float *ut,
                             float *d);
    /// dx = Σ B D Bᵀ over the tiles, for stride 1; 0 where `mask` is given and not above 0.
    void (*input_adjoint)(const winograd_plan *plan, const float *d, int images, const float *mask, float *dx,
                          float *plane);
    /// dUᵀ (+)= Eᵀ V of one point and group, over `images` in any number, whose V and E lie one plan's images
    /// after the other.
    void (*filter_products)(const winograd_plan *plan, const float *v, const float *e, int images, int group,
                            int point, float *dut, int adding);
    /// dw = Gᵀ dU G for one chunk of inputs and one of outputs of a group, with dU the sum of `parts` that
    /// lie `part` floats apart, in their order.
    void (*filter_adjoint)(const winograd_plan *plan, const float *dut, int parts, long part, int group,
                           int in_chunk, int out_chunk, float *dw);
} winograd_kernels;
