// What is said about many numbers: moments, and how they are distributed. Sums in double and in a fixed order.
#pragma once
#include <stdint.h>

typedef struct {
    double sum, sum_of_squares;
    float minimum, maximum; // of what is no NaN; +inf and -inf where there is nothing
} statistics_moments;

statistics_moments statistics_of(const float *x, long count);

/// Σ (x − y)².
double statistics_distance(const float *x, const float *y, long count);

/// counts[b] += how many x lie in bucket b of `buckets` equal ones from `low` on, each 1 / scale wide; what lies outside
/// is put into the first or the last. NaN counts nowhere.
void statistics_count(const float *x, long count, float low, float scale, int buckets, uint32_t *counts);
