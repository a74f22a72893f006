// D = activation(alpha · op(A) · op(B) + beta · C + bias), matrices column after column, as cublasLtMatmul has it.

#ifndef FAKE_CUDA_MATRIX_PRODUCT_H
#define FAKE_CUDA_MATRIX_PRODUCT_H

#include "element.h"

namespace fake {

struct matrix {
    element type;
    uint64_t rows, columns;
    int64_t leading; // elements from one column to the next
};

struct matrix_product {
    matrix a, b, c, d;
    bool transpose_a, transpose_b;
    bool tf32; // operands are rounded to tf32 first
    float alpha, beta;
    bool has_bias, relu;
    element bias_type;
    // The sum over the inner dimension in this many pieces, which are added at the end.
    int splits;

    // C is not read where beta is 0.
    void run(const void *a, const void *b, const void *c, void *d, const void *bias) const;
};

} // namespace fake

#endif
