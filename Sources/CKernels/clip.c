#include "clip.h"
#include "kernel.h"

KERNEL void clip_scale(const float *restrict x, float scale, float *restrict y, long count) {
    for (long i = 0; i < count; i++) y[i] = x[i] * scale;
}

KERNEL void clip_limit(const float *restrict x, float limit, float *restrict y, long count) {
    for (long i = 0; i < count; i++) {
        float low = x[i] < -limit ? -limit : x[i];
        y[i] = low > limit ? limit : low;
    }
}
