// Matrix products whose operands and results lie in panels, so that nothing is ever packed:
//
//   an R × C matrix is [C / 16][R][16]; its chunks of 16 columns lie `chunk` floats apart.
//
// Two inner kernels keep a tile of the result in registers and run along the sum: C = A B reads A by
// broadcast along the 16 floats of a row; C = Aᵀ B reads A by broadcast across them. Every element of C is
// one chain of multiply-adds in the order of the sum, whatever the tile: bits do not depend on shapes of
// tiles or on the width of the registers.
//
// Where C is added to, it is fetched while the sum runs and added at the end: loading it first stalls every
// tile for an L3 access (conv2's weight gradient 40 to 48 ms before, 28 after).
//
// Where operands are bfloat16 (bfloat16.h), two terms of the sum are one word of 32 bits and multiply into one
// float: the same kernels, whose k counts words, and whose rows of A are 8 words instead of 16 floats.
//
// Measured, one core of a Zen 5 (peak 239 GFLOP/s): 8 × 32 tiles of AVX-512 reach 219 to 227 on the shapes of
// conv3 to conv5 and the linear layers, 193 to 235 transposed; OpenBLAS, which packs, 152 to 179. 12 × 32, 8
// × 48 and 6 × 64 are equal in a whole step.
#pragma once
#include "include/matrix.h"
#include "bfloat16.h"

ALWAYS_INLINE matrix matrix_at(const float *at, long chunk) { return (matrix){(float *)at, chunk}; }

/// From row `row` of chunk `chunk` on.
ALWAYS_INLINE matrix part(matrix m, int row, int chunk) {
    return (matrix){m.at + chunk * m.chunk + row * V, m.chunk};
}

/// From row `row` of a left factor on.
ALWAYS_INLINE matrix row_of(matrix a, int row) { return (matrix){a.at + row * TERMS, a.chunk}; }

/// A tile's sums before the first term. What C has is fetched meanwhile, where it will be added to.
ALWAYS_INLINE void start(v16 sum[][MICRO_CHUNKS], const int rows, const int chunks, matrix c) {
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < chunks; j++) {
            sum[i][j] = splat(0);
            __builtin_prefetch(part(c, i, j).at, 1, 3);
        }
}

ALWAYS_INLINE void finish(v16 sum[][MICRO_CHUNKS], const int rows, const int chunks, matrix c, int adding) {
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < chunks; j++) {
            float *to = part(c, i, j).at;
            store(to, adding ? load(to) + sum[i][j] : sum[i][j]);
        }
}

/// C[rows × 16·chunks] (+)= A[rows × k] · B[k × 16·chunks].
/// `ahead`: what will be read next, fetched into the second-level cache, `lines` cache lines for each of A's chunks.
/// `below`: rows of A to fetch that follow these (conv2's D in bfloat16: 7.7 to 5.6 ms, other products up to 10 %).
ALWAYS_INLINE void micro_product(const int rows, const int chunks, long k, matrix a, matrix b, matrix c,
                                 int adding, const float *ahead, long lines, int below) {
    v16 sum[MICRO_ROWS_ALONE][MICRO_CHUNKS];
    start(sum, rows, chunks, c);
    for (; k >= TERMS; k -= TERMS, a.at += a.chunk, b.at += TERMS * V) {
        for (long line = 0; line < lines; line++, ahead += V) __builtin_prefetch(ahead, 0, 2);
        for (int i = 0; i < below; i += V / TERMS) __builtin_prefetch(a.at + (rows + i) * TERMS, 0, 3);
#pragma clang loop unroll_count(4)
        for (int kk = 0; kk < TERMS; kk++) {
            v16 row[MICRO_CHUNKS];
            for (int j = 0; j < chunks; j++) row[j] = load(b.at + j * b.chunk + kk * V);
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < chunks; j++) sum[i][j] = multiply(sum[i][j], a.at[i * TERMS + kk], row[j]);
        }
    }
    for (int kk = 0; kk < k; kk++)
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < chunks; j++)
                sum[i][j] = multiply(sum[i][j], a.at[i * TERMS + kk], load(b.at + j * b.chunk + kk * V));
    finish(sum, rows, chunks, c, adding);
}

/// The most rows of a tile: one chunk alone needs more of them to keep the multipliers busy.
ALWAYS_INLINE int most_rows(int chunks) { return chunks < MICRO_CHUNKS ? MICRO_ROWS_ALONE : MICRO_ROWS; }

/// Rows and chunks as constants, so that sums stay in registers.
static void micro_product_of(int rows, int chunks, long k, matrix a, matrix b, matrix c, int adding,
                             const float *ahead, long lines, int below) {
#define SIZE(ROWS, CHUNKS)                                                 \
    case (ROWS) * 4 + (CHUNKS):                                            \
        if ((CHUNKS) <= MICRO_CHUNKS && (ROWS) <= most_rows(CHUNKS))       \
            micro_product(ROWS, CHUNKS, k, a, b, c, adding, ahead, lines, below); \
        break;
    switch (rows * 4 + chunks) {
        // clang-format off
        SIZE(1, 1) SIZE(2, 1) SIZE(3, 1) SIZE(4, 1) SIZE(5, 1) SIZE(6, 1) SIZE(7, 1) SIZE(8, 1)
        SIZE(9, 1) SIZE(10, 1) SIZE(11, 1) SIZE(12, 1) SIZE(13, 1) SIZE(14, 1) SIZE(15, 1) SIZE(16, 1)
        SIZE(1, 2) SIZE(2, 2) SIZE(3, 2) SIZE(4, 2) SIZE(5, 2) SIZE(6, 2) SIZE(7, 2) SIZE(8, 2)
        // clang-format on
    }
#undef SIZE
}

/// C[m × 16·chunks] (+)= A[m × k] · B[k × 16·chunks].
/// `next`: the B of the product after this one, or null.
static void product(int m, int chunks, long k, matrix a, matrix b, matrix c, int adding, const float *next) {
    for (int j = 0; j < chunks; j += MICRO_CHUNKS) {
        int width = chunks - j < MICRO_CHUNKS ? chunks - j : MICRO_CHUNKS;
        // Rows are spread evenly over the tiles, so that none is small.
        int tiles = (m + most_rows(width) - 1) / most_rows(width);
        const float *ahead = j + width < chunks ? part(b, 0, j + width).at : next;
        // The next panel's lines, a share for each tile.
        long lines = ahead && k >= TERMS ? (width * TERMS + tiles - 1) / tiles : 0;
        for (int tile = 0, row = 0; tile < tiles; tile++) {
            int rows = m / tiles + (tile < m % tiles);
            micro_product_of(rows, width, k, row_of(a, row), part(b, 0, j), part(c, row, j), adding, ahead,
                             lines, j == 0 && tile + 1 < tiles ? rows : 0);
            if (lines) ahead += lines * (k / TERMS) * V;
            row += rows;
        }
    }
}

/// A sum's terms that lie apart: `count` parts of `rows` rows each, `last` in the last, and the floats from one
/// part to the next of A and of B.
typedef struct {
    int count;
    long rows, last;
    long a_step, b_step;
} parts;

/// The terms of one part. `fetching`: and the next part's, `a_step` and `b_step` further on, into the cache.
ALWAYS_INLINE void micro_transposed_part(v16 sum[][MICRO_CHUNKS], const int columns, const int chunks,
                                         const int fetching, long k, const parts *parts, matrix a, matrix b) {
#pragma clang loop unroll_count(4)
    for (long kk = 0; kk < k; kk++) {
        if (fetching) {
            __builtin_prefetch(a.at + parts->a_step + kk * V, 0, 3);
            for (int j = 0; j < chunks; j++)
                __builtin_prefetch(b.at + parts->b_step + j * b.chunk + kk * V, 0, 3);
        }
        v16 row[MICRO_CHUNKS];
        for (int j = 0; j < chunks; j++) row[j] = load(b.at + j * b.chunk + kk * V);
        for (int i = 0; i < columns; i++)
            for (int j = 0; j < chunks; j++) sum[i][j] = multiply(sum[i][j], a.at[kk * V + i], row[j]);
    }
}

/// C[columns × 16·chunks] (+)= Aᵀ · B.
/// `fetching`: where parts are many. Each is too short for the hardware to see where it leads, and the next lies elsewhere
/// (dU of conv3 to conv5 60 to 54 ms, in bfloat16 38 to 35).
ALWAYS_INLINE void micro_transposed(const int columns, const int chunks, const int fetching, const parts *parts,
                                    matrix a, matrix b, matrix c, int adding) {
    v16 sum[MICRO_COLUMNS_ALONE][MICRO_CHUNKS];
    start(sum, columns, chunks, c);
    for (int p = 0; p < parts->count; p++, a.at += parts->a_step, b.at += parts->b_step)
        if (fetching && p + 1 < parts->count)
            micro_transposed_part(sum, columns, chunks, 1, parts->rows, parts, a, b);
        else
            micro_transposed_part(sum, columns, chunks, 0, p + 1 < parts->count ? parts->rows : parts->last, parts,
                                  a, b);
    finish(sum, columns, chunks, c, adding);
}

// Each a function of its own: inlined into the loops around it, it is 10 % slower.
static __attribute__((noinline)) void micro_transposed_alone(const parts *parts, matrix a, matrix b, matrix c, int adding) {
    micro_transposed(MICRO_COLUMNS_ALONE, 1, 0, parts, a, b, c, adding);
}

static __attribute__((noinline)) void micro_transposed_most(const parts *parts, matrix a, matrix b, matrix c, int adding) {
    micro_transposed(MICRO_COLUMNS, MICRO_CHUNKS, 1, parts, a, b, c, adding);
}

/// Some of the columns of a matrix, from one on that need not begin a chunk.
ALWAYS_INLINE matrix from_column(matrix m, int column) {
    return (matrix){m.at + column / V * m.chunk + column % V, m.chunk};
}

/// One tile of some matrices into the cache.
ALWAYS_INLINE void fetch(const matrix *wanted, int count, int row, int chunk, const int rows, const int chunks) {
    for (int m = 0; m < count; m++)
        for (int j = 0; j < chunks; j++)
            for (int i = 0; i < rows; i++) __builtin_prefetch(part(wanted[m], row + i, chunk + j).at, 1, 3);
}

/// C[16·a_chunks × 16·b_chunks] (+)= Aᵀ · B.
/// `wanted`: matrices of C's shape that are used next. Memory would wait while the product computes, and afterwards the
/// other way round; so they are fetched meanwhile (fc6's backward pass with its update takes 0.9 of the time).
static void transposed_product(int a_chunks, int b_chunks, const parts *parts, matrix a, matrix b, matrix c,
                               int adding, const matrix *wanted, int wanted_count) {
    int j = 0;
    for (; j + MICRO_CHUNKS <= b_chunks; j += MICRO_CHUNKS)
        for (int column = 0; column < V * a_chunks; column += MICRO_COLUMNS) {
            fetch(wanted, wanted_count, column, j, MICRO_COLUMNS, MICRO_CHUNKS);
            micro_transposed_most(parts, from_column(a, column), part(b, 0, j), part(c, column, j), adding);
        }
    for (; j < b_chunks; j++)
        for (int column = 0; column < V * a_chunks; column += MICRO_COLUMNS_ALONE) {
            fetch(wanted, wanted_count, column, j, MICRO_COLUMNS_ALONE, 1);
            micro_transposed_alone(parts, from_column(a, column), part(b, 0, j), part(c, column, j), adding);
        }
}
