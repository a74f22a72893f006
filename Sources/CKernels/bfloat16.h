// What the fast kernels multiply: floats, or, in the set compiled with PAIRED, bfloat16 (a float's upper half,
// rounded to nearest even) in pairs along the sum, which vdpbf16ps multiplies into one float. Everything else is
// float32 in both: images, transforms, sums, results.
//
// Operands are then half as large, and counted in words of 32 bits, so that the micro-kernels move them as they
// move floats. A matrix of R × 16 in bfloat16 is either in
//
//   rows    [R][16]: a word is two columns of a row. The left factor of a product.
//   pairs   [R / 2][16][2]: a word is a column of two rows, with 0 where the last has no second. The right
//           factor, and both factors of a transposed product.
//
// vdpbf16ps rounds to nearest and takes and gives zero for denormals, whatever the thread's mode.
#pragma once
#include "vector.h"

#ifndef PAIRED
#define PAIRED 0
#endif

enum form { ROWS, PAIRS };

#if PAIRED

/// Words of a row of 16.
enum { TERMS = V / 2 };

/// sum + a₀ b₀ + a₁ b₁, for the pair a and 16 pairs b, whose bits these floats hold.
ALWAYS_INLINE v16 multiply(v16 sum, float a, v16 b) {
    return (v16)_mm512_dpbf16_ps((__m512)sum, (__m512bh)splat(a), (__m512bh)b);
}

/// x as row `row` in the form ROWS.
ALWAYS_INLINE void put_row(float *at, long row, v16 x) {
    _mm256_storeu_si256((__m256i *)(at + row * TERMS), (__m256i)_mm512_cvtneps_pbh((__m512)x));
}

/// x as row `row` in the form PAIRS. The first row of a pair is put first, and leaves zeros for the second.
ALWAYS_INLINE void put_pair(float *at, long row, v16 x) {
    float *to = at + row / 2 * V;
    int second = row & 1;
    v16i word = (v16i)_mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)x));
    v16i first = (v16i)load(to) & -second;
    store(to, (v16)(word << (16 * second) | first));
}

/// x as row `row` of a matrix in a form.
ALWAYS_INLINE void put(float *at, long row, v16 x, const enum form form) {
    if (form == ROWS)
        put_row(at, row, x);
    else
        put_pair(at, row, x);
}

/// Of `rows` rows in the form ROWS those in the form PAIRS.
ALWAYS_INLINE void pairs_of_rows(const float *from, long rows, float *to) {
    const __m512i across =
        _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20,
                         4, 19, 3, 18, 2, 17, 1, 16, 0);
    for (; rows > 0; rows -= 2, from += V, to += V) {
        __m512i both = _mm512_maskz_loadu_epi16(rows > 1 ? 0xffffffff : 0xffff, from);
        _mm512_storeu_si512(to, _mm512_permutexvar_epi16(across, both));
    }
}
#else
enum { TERMS = V };

ALWAYS_INLINE v16 multiply(v16 sum, float a, v16 b) { return madd(sum, a, b); }

/// Every form is the same.
ALWAYS_INLINE void put(float *at, long row, v16 x, const enum form form) { store(at + row * V, x); }
/// So nothing ever asks for another.
ALWAYS_INLINE void pairs_of_rows(const float *from, long rows, float *to) {}
#endif

/// Words of a matrix of this many floats.
ALWAYS_INLINE long words(long floats) { return floats * TERMS / V; }
/// Words along a sum over this many rows of a transposed product.
ALWAYS_INLINE long row_words(long rows) { return PAIRED ? (rows + 1) / 2 : rows; }
