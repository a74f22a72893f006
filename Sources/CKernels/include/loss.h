// Softmax cross-entropy and what is counted beside it, for one sample.
#pragma once

typedef struct {
    double loss; // −log softmax(scores)[label], in nats
    int rank;    // how many classes score above the label's; an equal score of a lower class index counts
} loss_result;

/// gradient[c] = (softmax(scores)[c] − [c = label]) · weight, or null where only the loss is wanted.
loss_result loss_softmax(const float *scores, int classes, int label, float weight, float *gradient);
