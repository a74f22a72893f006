#include "blend.h"
#include "kernel.h"

KERNEL void blend_add(float *restrict total, const float *restrict x, long count) {
    for (long i = 0; i < count; i++) total[i] += x[i];
}

KERNEL void blend_approach(float *restrict average, const float *restrict x, float share, long count) {
    for (long i = 0; i < count; i++) average[i] += share * (x[i] - average[i]);
}

KERNEL void blend_swap(float *restrict a, float *restrict b, long count) {
    for (long i = 0; i < count; i++) {
        float x = a[i];
        a[i] = b[i];
        b[i] = x;
    }
}
