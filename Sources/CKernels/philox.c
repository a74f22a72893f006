#include "philox.h"
#include <math.h>

static inline void round4x32(uint32_t c[4], uint32_t k0, uint32_t k1) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c[0], p1 = (uint64_t)0xCD9E8D57u * c[2];
    uint32_t c1 = c[1], c3 = c[3];
    c[0] = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c[1] = (uint32_t)p1;
    c[2] = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c[3] = (uint32_t)p0;
}

void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t output[4]) {
    uint32_t k0 = key[0], k1 = key[1];
    for (int i = 0; i < 4; i++) output[i] = counter[i];
    for (int i = 0; i < 10; i++) {
        round4x32(output, k0, k1);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

static void words(uint32_t w[4], long quad, uint64_t seed, uint32_t purpose, uint32_t stream) {
    const uint32_t counter[4] = {(uint32_t)quad, (uint32_t)((uint64_t)quad >> 32), stream, purpose};
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    philox4x32(counter, key, w);
}

// (0, 1]: never zero, so that its logarithm is finite.
static inline double open_unit(uint32_t w) { return ((double)w + 1.0) * 0x1p-32; }

void philox_fill_normal(float *values, long count, uint64_t seed, uint32_t purpose, uint32_t stream, float mean,
                        float deviation) {
    for (long q = 0; q * 4 < count; q++) {
        uint32_t w[4];
        float z[4];
        words(w, q, seed, purpose, stream);
        for (int pair = 0; pair < 4; pair += 2) {
            double radius = sqrt(-2 * log(open_unit(w[pair]))), angle = 6.283185307179586 * (w[pair + 1] * 0x1p-32);
            z[pair] = (float)(radius * cos(angle));
            z[pair + 1] = (float)(radius * sin(angle));
        }
        for (long j = 0; j < 4 && q * 4 + j < count; j++) values[q * 4 + j] = mean + deviation * z[j];
    }
}

void philox_fill_uniform(float *values, long count, uint64_t seed, uint32_t purpose, uint32_t stream, float low,
                         float high) {
    for (long q = 0; q * 4 < count; q++) {
        uint32_t w[4];
        words(w, q, seed, purpose, stream);
        for (long j = 0; j < 4 && q * 4 + j < count; j++)
            values[q * 4 + j] = low + (high - low) * ((float)(w[j] >> 8) * 0x1p-24f);
    }
}
