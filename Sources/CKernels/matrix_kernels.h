// The products of matrix.h.
#pragma once
#include "include/matrix.h"
#include "micro_kernels.h"

static void transposed_product_of_one(int a_chunks, int b_chunks, long k, const float *a, long a_chunk, const float *b,
                                      long b_chunk, float *c, long c_chunk, int adding) {
    transposed_product(a_chunks, b_chunks, k, k, 1, a, 0, a_chunk, b, 0, b_chunk, c, c_chunk, adding);
}
