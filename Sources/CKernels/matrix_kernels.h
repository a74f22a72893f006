// The products of matrix.h.
#pragma once
#include "micro_kernels.h"

static void transposed_product_of_one(int a_chunks, int b_chunks, long k, matrix a, matrix b, matrix c,
                                      int adding, const matrix *wanted, int wanted_count) {
    const parts whole = {.count = 1, .rows = k, .last = k};
    transposed_product(a_chunks, b_chunks, &whole, a, b, c, adding, wanted, wanted_count);
}
