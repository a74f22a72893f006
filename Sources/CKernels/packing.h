// Operands of matrix.h's products out of rows of floats.
#pragma once
#include "bfloat16.h"
#include "include/panels.h"

#if PAIRED
static void pack_rows(const float *rows, long stride, long height, int count, float *panel) {
    for (long r = 0; r < height; r++) put_row(panel, r, load_first(rows + r * stride, count));
}

static void pack_pairs(const float *rows, long stride, long height, int count, float *panel) {
    for (long r = 0; r < height; r++) put_pair(panel, r, load_first(rows + r * stride, count));
}

// By blocks of 16 × 16.
static void pack_pairs_transposed(const float *rows, long stride, long height, int count, float *panel) {
    for (long first = 0; first < height; first += V) {
        float block[V * TERMS] __attribute__((aligned(64)));
        int inside = height - first < V ? (int)(height - first) : V;
        memset(block, 0, sizeof block);
        for (int c = 0; c < count; c++) put_row(block, c, load_first(rows + c * stride + first, inside));
        for (int word = 0; word < (inside + 1) / 2; word++)
            for (int c = 0; c < V; c++) panel[(first / 2 + word) * V + c] = block[c * TERMS + word];
    }
}
#else
#define pack_rows panels_pack
#define pack_pairs panels_pack
#define pack_pairs_transposed panels_pack_transposed
#endif
