// Matrix products on panels, so that nothing is ever packed: an R × C matrix is [C / 16][R][16].
#pragma once

/// A matrix, or the part of one that begins at a chunk's row.
typedef struct {
    float *at;
    /// Floats between the chunks of 16 columns.
    long chunk;
} matrix;

typedef struct {
    /// Whether A and B are bfloat16, two of it in a word along the sum (bfloat16.h): their chunks, and k, are then
    /// counted in words. C is floats.
    int paired;
    /// C[m × 16·chunks] (+)= A[m × k] · B[k × 16·chunks]. `next`: the B of the product after this one, to be
    /// fetched, or null.
    void (*product)(int m, int chunks, long k, matrix a, matrix b, matrix c, int adding, const float *next);
    /// C[16·a_chunks × 16·b_chunks] (+)= Aᵀ · B, where A and B have k rows. `wanted`: matrices of C's shape that are
    /// used next, to be fetched; they may end before C does.
    void (*transposed_product)(int a_chunks, int b_chunks, long k, matrix a, matrix b, matrix c, int adding,
                               const matrix *wanted, int wanted_count);

    /// Chunks of operands out of rows of floats, as panels_pack and panels_pack_transposed (panels.h): the A of a
    /// product; its B, and both of a transposed product; its B out of columns.
    void (*pack_rows)(const float *rows, long stride, long height, int count, float *panel);
    void (*pack_pairs)(const float *rows, long stride, long height, int count, float *panel);
    void (*pack_pairs_transposed)(const float *rows, long stride, long height, int count, float *panel);
} matrix_kernels;
