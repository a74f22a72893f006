#include "loss.h"
#include <math.h>

loss_result loss_softmax(const float *scores, int classes, int label, float weight, float *gradient) {
    float best = scores[0], own = scores[label];
    loss_result result = {0, 0};
    for (int c = 0; c < classes; c++) {
        if (scores[c] > best) best = scores[c];
        if (c != label && (c < label ? !(scores[c] < own) : !(scores[c] <= own))) result.rank++;
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) sum += exp((double)(scores[c] - best));
    result.loss = log(sum) - (double)(own - best);
    if (gradient)
        for (int c = 0; c < classes; c++)
            gradient[c] = (float)(exp((double)(scores[c] - best)) / sum - (c == label)) * weight;
    return result;
}
