// AVX-512 with vdpbf16ps: the products take bfloat16 (bfloat16.h), everything else is as in kernels_avx512.c, and its
// tiles too. One core of a Zen 5: 458 GFLOP/s from 12 sums on, of which there are 16; floats reach 231.
#include "include/kernel_set.h"
#include "kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>
#define FUSED 1
#define PAIRED 1
enum { MICRO_CHUNKS = 2, MICRO_ROWS = 8, MICRO_ROWS_ALONE = 16, MICRO_COLUMNS = 8, MICRO_COLUMNS_ALONE = 16 };

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,avx512bf16"))), apply_to = function)
#include "kernels.h"
#pragma clang attribute pop

static const kernel_set set = KERNEL_SET;
const kernel_set *kernel_set_avx512_bf16(void) { return kernel_has_bf16() ? &set : NULL; }
#else
const kernel_set *kernel_set_avx512_bf16(void) { return NULL; }
#endif
