#include "statistics.h"

#include <math.h>

#include "kernel.h"

enum { LANES = 16 };

KERNEL statistics_moments statistics_of(const float *x, long count) {
    double sums[LANES] = {0}, squares[LANES] = {0};
    float low[LANES], high[LANES];
    for (int j = 0; j < LANES; j++) low[j] = INFINITY, high[j] = -INFINITY;
    long i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int j = 0; j < LANES; j++) {
            float v = x[i + j];
            sums[j] += (double)v;
            squares[j] += (double)v * v;
            low[j] = v < low[j] ? v : low[j];
            high[j] = v > high[j] ? v : high[j];
        }
    for (int j = 0; i < count; i++, j++) {
        float v = x[i];
        sums[j] += (double)v;
        squares[j] += (double)v * v;
        low[j] = v < low[j] ? v : low[j];
        high[j] = v > high[j] ? v : high[j];
    }
    statistics_moments all = {0, 0, INFINITY, -INFINITY};
    for (int j = 0; j < LANES; j++) {
        all.sum += sums[j];
        all.sum_of_squares += squares[j];
        all.minimum = low[j] < all.minimum ? low[j] : all.minimum;
        all.maximum = high[j] > all.maximum ? high[j] : all.maximum;
    }
    return all;
}

KERNEL double statistics_distance(const float *x, const float *y, long count) {
    double sums[LANES] = {0}, all = 0;
    long i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int j = 0; j < LANES; j++) {
            double d = (double)x[i + j] - y[i + j];
            sums[j] += d * d;
        }
    for (int j = 0; i < count; i++, j++) {
        double d = (double)x[i] - y[i];
        sums[j] += d * d;
    }
    for (int j = 0; j < LANES; j++) all += sums[j];
    return all;
}

// The places first, in vectors; then the counting, which no vector can do. NaN goes to a place of its own.
KERNEL void statistics_count(const float *x, long count, float low, float scale, int buckets, uint32_t *counts) {
    int places[256];
    const float last = (float)(buckets - 1);
    for (long i = 0; i < count; i += 256) {
        int n = count - i < 256 ? (int)(count - i) : 256;
        for (int j = 0; j < n; j++) {
            float place = (x[i + j] - low) * scale;
            float inside = place > 0 ? (place < last ? place : last) : 0;
            places[j] = x[i + j] == x[i + j] ? (int)inside : -1;
        }
        for (int j = 0; j < n; j++)
            if (places[j] >= 0) counts[places[j]]++;
    }
}
