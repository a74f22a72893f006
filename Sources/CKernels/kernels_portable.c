// Every other CPU. 32 registers of 4 floats on 64-bit ARM, 16 of them on old x86: tiles of 4 × 16, and of 2 ×
// 16.
#include "include/kernel_set.h"

#if defined(__ARM_FEATURE_FMA)
#define FUSED 1
enum { MICRO_CHUNKS = 1, MICRO_ROWS = 4, MICRO_ROWS_ALONE = 4, MICRO_COLUMNS = 4, MICRO_COLUMNS_ALONE = 4 };
#else
#define FUSED 0
enum { MICRO_CHUNKS = 1, MICRO_ROWS = 2, MICRO_ROWS_ALONE = 2, MICRO_COLUMNS = 2, MICRO_COLUMNS_ALONE = 2 };
#endif

#include "kernels.h"

static const kernel_set set = KERNEL_SET;
const kernel_set *kernel_set_portable(void) { return &set; }
