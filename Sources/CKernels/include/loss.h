// Softmax cross-entropy and what is counted beside it, for one sample.
#pragma once

typedef struct {
    double loss; // −log softmax(scores)[label] in nats, or the mean of it over the smoothed label
    int rank;    // how many classes score above the label's; an equal score of a lower class index counts
} loss_result;

/// The target is (1 − smoothing) · [c = label] + smoothing / classes, as torch.nn.CrossEntropyLoss(label_smoothing) has it.
/// gradient[c] = (softmax(scores)[c] − target[c]) · weight, or null where only the loss is wanted.
loss_result loss_softmax(const float *scores, int classes, int label, float smoothing, float weight, float *gradient);
