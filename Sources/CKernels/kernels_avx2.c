// 16 registers of 8 floats: tiles of 6 × 16, and of 4 × 16 where the rows must divide 16.
#include "include/kernel_set.h"

#include <string.h>

#if defined(__x86_64__)
#define FUSED 1
enum { MICRO_CHUNKS = 1, MICRO_ROWS = 6, MICRO_ROWS_ALONE = 6, MICRO_COLUMNS = 4, MICRO_COLUMNS_ALONE = 4 };

#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#include "kernels.h"
#pragma clang attribute pop

static const kernel_set set = KERNEL_SET;
const kernel_set *kernel_set_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &set : NULL;
}
#else
const kernel_set *kernel_set_avx2(void) { return NULL; }
#endif
