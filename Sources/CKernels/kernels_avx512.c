// 32 registers of 16 floats: tiles of 8 × 32 in both micro-kernels, and of 16 × 16 for a chunk that is left
// over.
#include "include/kernel_set.h"
#include "kernel.h"

#if defined(__x86_64__)
#include <string.h>
#define FUSED 1
enum { MICRO_CHUNKS = 2, MICRO_ROWS = 8, MICRO_ROWS_ALONE = 16, MICRO_COLUMNS = 8, MICRO_COLUMNS_ALONE = 16 };

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#include "kernels.h"
#pragma clang attribute pop

static const kernel_set set = KERNEL_SET;
const kernel_set *kernel_set_avx512(void) { return kernel_has_avx512() ? &set : NULL; }
#else
const kernel_set *kernel_set_avx512(void) { return NULL; }
#endif
