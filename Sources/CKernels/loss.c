#include "loss.h"
#include <math.h>

loss_result loss_softmax(const float *scores, int classes, int label, float smoothing, float weight, float *gradient) {
    float best = scores[0], own = scores[label];
    loss_result result = {0, 0};
    for (int c = 0; c < classes; c++) {
        if (scores[c] > best) best = scores[c];
        if (c != label && (c < label ? !(scores[c] < own) : !(scores[c] <= own))) result.rank++;
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) sum += exp((double)(scores[c] - best));
    result.loss = log(sum) - (double)(own - best);
    const double others = (double)smoothing / classes, right = 1 - (double)smoothing + others;
    if (smoothing > 0) { // else a score of −∞ would be 0 · ∞
        double all = classes * log(sum);
        for (int c = 0; c < classes; c++) all -= (double)(scores[c] - best);
        result.loss = (1 - (double)smoothing) * result.loss + others * all;
    }
    if (gradient)
        for (int c = 0; c < classes; c++)
            gradient[c] = (float)(exp((double)(scores[c] - best)) / sum - (c == label ? right : others)) * weight;
    return result;
}
