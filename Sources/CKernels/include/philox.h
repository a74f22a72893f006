// Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011): a counter-based generator.
// The same (counter, key) gives the same four words on every machine, in any order, on any thread.
#pragma once
#include <stdint.h>

void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t output[4]);

/// Fills `values` with normal deviates. Value 4q+j is made from counter (q low, q high, stream, purpose) by Box-Muller.
void philox_fill_normal(float *values, long count, uint64_t seed, uint32_t purpose, uint32_t stream, float mean,
                        float deviation);

/// The same for uniform deviates in [low, high).
void philox_fill_uniform(float *values, long count, uint64_t seed, uint32_t purpose, uint32_t stream, float low,
                         float high);
