// Sixteen floats at a time, in the compiler's vector extensions: one AVX-512 register, two of AVX2, four of SSE
// or NEON. The files that include this are compiled once for each instruction set (kernels_*.c), which defines
//   FUSED   1 where multiply-add is one instruction with one rounding. Such sets give the same bits.
//   PAIRED  1 where products take bfloat16 in pairs (bfloat16.h)
//   MICRO_CHUNKS, MICRO_ROWS, MICRO_COLUMNS, MICRO_…_ALONE   the micro-kernels' tiles (micro_kernels.h)
#pragma once
#include <stdint.h>

// Vectors pass between functions of one file only, all of them inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { V = 16 };

typedef float v16 __attribute__((vector_size(64)));
typedef int32_t v16i __attribute__((vector_size(64)));
typedef float v16_anywhere __attribute__((vector_size(64), aligned(4)));

ALWAYS_INLINE v16 load(const float *p) { return *(const v16_anywhere *)p; }
ALWAYS_INLINE void store(float *p, v16 x) { *(v16_anywhere *)p = x; }
ALWAYS_INLINE v16 splat(float x) { return (v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

/// mask ? a : b. A comparison's mask is all ones where it holds.
ALWAYS_INLINE v16 choose(v16i mask, v16 a, v16 b) { return (v16)((mask & (v16i)a) | (~mask & (v16i)b)); }

/// sum + a · b.
ALWAYS_INLINE v16 add_product(v16 sum, v16 a, v16 b) {
#if FUSED
    return __builtin_elementwise_fma(a, b, sum);
#else
    return sum + a * b;
#endif
}

/// sum + factor · x.
ALWAYS_INLINE v16 madd(v16 sum, float factor, v16 x) { return add_product(sum, splat(factor), x); }

/// max(0, x), where NaN stays.
ALWAYS_INLINE v16 rectified(v16 x) { return choose(x < 0, splat(0), x); }

/// The first `count` floats, zeros after them; touches no others.
ALWAYS_INLINE v16 load_first(const float *p, int count) {
    v16 x = splat(0);
    if (count >= V) return load(p);
    for (int i = 0; i < count; i++) x[i] = p[i];
    return x;
}

ALWAYS_INLINE void store_first(float *p, v16 x, int count) {
    if (count >= V) {
        store(p, x);
        return;
    }
    for (int i = 0; i < count; i++) p[i] = x[i];
}

/// to[j][i] = from[i][j], 16 × 16, with the floats between rows of each.
ALWAYS_INLINE void transpose16(const float *from, long from_row, float *to, long to_row) {
    for (int j = 0; j < V; j++)
        for (int i = 0; i < V; i++) to[j * to_row + i] = from[i * from_row + j];
}
