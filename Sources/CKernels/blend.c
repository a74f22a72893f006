#include "blend.h"
#include "kernel.h"

KERNEL void blend_add(float *restrict total, const float *restrict x, long count) {
    for (long i = 0; i < count; i++) total[i] += x[i];
}
