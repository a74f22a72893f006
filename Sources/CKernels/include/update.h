// Gradients into new weights, element by element, and what is said about them.
#pragma once

typedef struct {
    float rate;     // learning rate of these parameters
    float momentum; // μ, or Adam's β₁
    float decay;    // weight decay
} update_rule;

/// v ← μv − ε·d·w − ε·g, w ← w + v.
void update_sgd(const update_rule *rule, float *w, float *v, const float *g, long count);

/// The same v; w ← w + μv − ε·(g + d·w).
void update_nesterov(const update_rule *rule, float *w, float *v, const float *g, long count);

/// torch.optim.Adam. first_correction = 1 − β₁ᵗ, second_correction = √(1 − β₂ᵗ).
void update_adam(const update_rule *rule, float beta2, float epsilon, float first_correction, float second_correction,
                 float *w, float *m, float *v, const float *g, long count);

/// torch.optim.AdamW: the same without decay in the gradient; ε·d·w is taken from w beside it.
void update_adamw(const update_rule *rule, float beta2, float epsilon, float first_correction,
                  float second_correction, float *w, float *m, float *v, const float *g, long count);

/// Σ x² in double, in a fixed order.
double sum_of_squares(const float *x, long count);

/// total[i] = Σ over pieces of parts[p · stride + i], in the order of the pieces.
void sum_pieces(float *total, const float *parts, long stride, int pieces, long count);
