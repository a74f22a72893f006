#include "panels.h"
#include "kernel.h"
#include <string.h>

enum { V = 16 };

KERNEL void panels_pack(const float *rows, long stride, long height, int count, float *panel) {
    for (long r = 0; r < height; r++, panel += V, rows += stride) {
        if (count == V) {
            memcpy(panel, rows, V * sizeof(float));
        } else {
            for (int c = 0; c < V; c++) panel[c] = 0;
            for (int c = 0; c < count; c++) panel[c] = rows[c];
        }
    }
}

// By blocks of 16 × 16, whose rows are whole cache lines on one side at least.
KERNEL void panels_pack_transposed(const float *rows, long stride, long height, int count, float *panel) {
    for (long first = 0; first < height; first += V) {
        long end = first + V < height ? first + V : height;
        if (count < V) memset(panel + first * V, 0, sizeof(float) * (size_t)((end - first) * V));
        for (int c = 0; c < count; c++)
            for (long r = first; r < end; r++) panel[r * V + c] = rows[c * stride + r];
    }
}

KERNEL void panels_unpack(const float *panel, long height, int count, const float *bias, int relu,
                          float *rows, long stride) {
    for (long r = 0; r < height; r++, panel += V, rows += stride)
        for (int c = 0; c < count; c++) {
            float y = panel[c] + bias[c];
            rows[c] = relu && y < 0 ? 0 : y; // NaN passes
        }
}

KERNEL void panels_unpack_transposed(const float *panel, long height, int count, float *rows, long stride) {
    for (long first = 0; first < height; first += V) {
        long end = first + V < height ? first + V : height;
        for (int c = 0; c < count; c++)
            for (long r = first; r < end; r++) rows[c * stride + r] = panel[r * V + c];
    }
}

void panels_narrow(const float *panel, long height, int count, float *compact) {
    for (long r = 0; r < height; r++, panel += V, compact += count)
        memcpy(compact, panel, sizeof(float) * (size_t)count);
}

void panels_widen(const float *compact, long height, int count, float *panel) {
    panels_pack(compact, count, height, count, panel);
}

void panels_from_outputs(const float *canonical, int channels, int pixels, int count, float *compact) {
    for (int pixel = 0; pixel < pixels; pixel++)
        for (int channel = 0; channel < channels; channel++)
            for (int c = 0; c < count; c++)
                *compact++ = canonical[((long)c * channels + channel) * pixels + pixel];
}

void panels_to_outputs(const float *compact, int channels, int pixels, int count, float *canonical) {
    for (int pixel = 0; pixel < pixels; pixel++)
        for (int channel = 0; channel < channels; channel++)
            for (int c = 0; c < count; c++)
                canonical[((long)c * channels + channel) * pixels + pixel] = *compact++;
}
