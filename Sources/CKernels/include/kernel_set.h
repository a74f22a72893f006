// The fast path's kernels for one instruction set. All of them compute the same sums in the same order; those
// with a fused multiply-add (AVX2 and AVX-512) give the same bits.
#pragma once
#include "matrix.h"
#include "response_pool.h"
#include "winograd.h"

typedef struct {
    matrix_kernels matrix;
    response_pool_kernels pool;
    winograd_kernels winograd;
} kernel_set;

/// Null on a CPU that lacks the instructions.
const kernel_set *kernel_set_avx512(void);
/// Products in bfloat16.
const kernel_set *kernel_set_avx512_bf16(void);
const kernel_set *kernel_set_avx2(void);
/// In vectors that the compiler maps to whatever there is.
const kernel_set *kernel_set_portable(void);
