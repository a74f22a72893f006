#include "update.h"
#include "kernel.h"
#include <math.h>

KERNEL void update_sgd(const update_rule *rule, float *restrict w, float *restrict v, const float *restrict g, long count) {
    const float rate = rule->rate, momentum = rule->momentum, decay = rule->decay;
    for (long i = 0; i < count; i++) {
        v[i] = momentum * v[i] - rate * (g[i] + decay * w[i]);
        w[i] += v[i];
    }
}

KERNEL void update_nesterov(const update_rule *rule, float *restrict w, float *restrict v, const float *restrict g,
                            long count) {
    const float rate = rule->rate, momentum = rule->momentum, decay = rule->decay;
    for (long i = 0; i < count; i++) {
        float step = rate * (g[i] + decay * w[i]);
        v[i] = momentum * v[i] - step;
        w[i] += momentum * v[i] - step;
    }
}

KERNEL void update_adam(const update_rule *rule, float beta2, float epsilon, float first_correction,
                        float second_correction, float *restrict w, float *restrict m, float *restrict v,
                        const float *restrict g, long count) {
    const float rate = rule->rate / first_correction, beta1 = rule->momentum, decay = rule->decay;
    for (long i = 0; i < count; i++) {
        float gradient = g[i] + decay * w[i];
        m[i] = beta1 * m[i] + (1 - beta1) * gradient;
        v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient;
        w[i] -= rate * m[i] / (sqrtf(v[i]) / second_correction + epsilon);
    }
}

// The decay joins the step: 1 − ε·d would lose most of a small decay to rounding.
KERNEL void update_adamw(const update_rule *rule, float beta2, float epsilon, float first_correction,
                         float second_correction, float *restrict w, float *restrict m, float *restrict v,
                         const float *restrict g, long count) {
    const float rate = rule->rate / first_correction, beta1 = rule->momentum, shrinkage = rule->rate * rule->decay;
    for (long i = 0; i < count; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
        w[i] -= shrinkage * w[i] + rate * m[i] / (sqrtf(v[i]) / second_correction + epsilon);
    }
}

KERNEL double sum_of_squares(const float *x, long count) {
    double sums[16] = {0}, total = 0;
    long i = 0;
    for (; i + 16 <= count; i += 16)
        for (int j = 0; j < 16; j++) sums[j] += (double)x[i + j] * x[i + j];
    for (; i < count; i++) sums[0] += (double)x[i] * x[i];
    for (int j = 0; j < 16; j++) total += sums[j];
    return total;
}

KERNEL void sum_pieces(float *restrict total, const float *restrict parts, long stride, int pieces, long count) {
    for (long i = 0; i < count; i++) total[i] = parts[i];
    for (int p = 1; p < pieces; p++)
        for (long i = 0; i < count; i++) total[i] += parts[p * stride + i];
}
