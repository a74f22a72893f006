// Local response normalisation over 5 channels, pixel by pixel: y = x s^−¾ with s = k + factor · Σ x² over
// the channel and two on either side.
#pragma once
#include "vector.h"

/// s^−¾ by Newton's method on y⁻⁴ − s³, in multiplications alone. The first guess comes from the exponent's
/// bits: 4.4 % at most with this constant; then 5.0e-3, 6.2e-5, 1.7e-7 (√ and ÷ give 2.1e-7, at three times
/// the cost; approximate reciprocals, which are as fast, differ between vendors).
ALWAYS_INLINE v16 inverse_three_quarters(v16 s) {
    v16i bits = (v16i)s;
    v16 y = (v16)(0x6f14f000 - (bits - (bits >> 2)));
    for (int step = 0; step < 3; step++) {
        v16 root = s * (y * y);
        y = y * madd(splat(1.25f), -0.25f, root * root * s);
    }
    return y;
}

/// Of each channel, the sum over it and two on either side. `before` and `after`: the chunks around.
ALWAYS_INLINE v16 window_of_5(v16 before, v16 here, v16 after) {
    v16 a =
        __builtin_shufflevector(before, here, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
    v16 b =
        __builtin_shufflevector(before, here, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
    v16 c = __builtin_shufflevector(here, after, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    v16 d = __builtin_shufflevector(here, after, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
    return a + b + here + c + d;
}

/// How many of a chunk's channels exist. `whole`: all of them, in every chunk.
ALWAYS_INLINE int present(const int whole, int channels, int c) {
    return whole || channels - c >= V ? V : channels - c;
}

/// One pixel of `channels`.
ALWAYS_INLINE void normalize(const int whole, const float *x, float *y, int channels, float k, float factor) {
    v16 value = load_first(x, present(whole, channels, 0)), before = splat(0), square = value * value;
    for (int c = 0; c < channels; c += V) {
        v16 next = c + V < channels ? load_first(x + c + V, present(whole, channels, c + V)) : splat(0),
            after = next * next;
        v16 s = madd(splat(k), factor, window_of_5(before, square, after));
        store_first(y + c, value * inverse_three_quarters(s), present(whole, channels, c));
        before = square, square = after, value = next;
    }
}

/// g ← the gradient of x, from that of y: g s^−¾ − 2 · ¾ · factor · x · Σ g x s^−7/4 over the window.
/// g: whole chunks, zero beyond the channels. t: as many, and one more.
ALWAYS_INLINE void normalize_adjoint(const int whole, const float *x, float *g, float *t, int channels,
                                     float k, float factor) {
    v16 value = load_first(x, present(whole, channels, 0)), before = splat(0), square = value * value;
    int c = 0;
    for (; c < channels; c += V) {
        v16 next = c + V < channels ? load_first(x + c + V, present(whole, channels, c + V)) : splat(0),
            after = next * next;
        v16 s = madd(splat(k), factor, window_of_5(before, square, after));
        v16 power = inverse_three_quarters(s), root = power * power * s, scaled = load(g + c) * power;
        store(g + c, scaled);
        store(t + c, scaled * value * (root * root)); // root² = 1 / s
        before = square, square = after, value = next;
    }
    store(t + c, splat(0));
    v16 last = splat(0);
    for (c = 0; c < channels; c += V) {
        v16 here = load(t + c);
        v16 sum = window_of_5(last, here, load(t + c + V));
        store(g + c, madd(load(g + c), -1.5f * factor, load_first(x + c, present(whole, channels, c)) * sum));
        last = here;
    }
}
