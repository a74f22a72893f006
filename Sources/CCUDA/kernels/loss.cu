// Softmax cross-entropy in double, one block per image, and the scores for the host. Tensors are vectors in one tower.

// The formulas of loss_softmax, and the gradient of the mean over the batch. Images that are not real have no result, and
// no gradient.
KERNEL softmax_loss(const element *__restrict__ scores, device_tensor t, const int *__restrict__ labels,
                    device_result *__restrict__ results, element *__restrict__ gradient, int wants_gradient,
                    const device_step *__restrict__ step) {
    const int image = blockIdx.x, classes = t.channels;
    const element *row = scores + (long)image * t.padded;
    element *slope = gradient + (long)image * t.padded;
    if (image >= step->count) {
        if (wants_gradient)
            for (int c = threadIdx.x; c < t.padded; c += THREADS) put(slope + c, 0);
        return;
    }
    const int label = labels[image];
    const float own = wide(row[label]);
    float best = -INFINITE;
    int before = 0;
    for (int c = threadIdx.x; c < classes; c += THREADS) {
        const float score = wide(row[c]);
        if (score > best) best = score;
        if (c != label && (c < label ? !(score < own) : !(score <= own))) before++;
    }
    best = block_maximum(best);
    double sum = 0, distances = 0;
#pragma unroll 1
    for (int c = threadIdx.x; c < classes; c += THREADS) {
        const double distance = wide(row[c]) - best;
        sum += exp(distance);
        distances += distance;
    }
    sum = block_sum(sum);
    distances = block_sum(distances);
    const int rank = (int)block_sum(before);
    const double smoothing = step->smoothing, others = smoothing / classes, right = 1 - smoothing + others;
    if (threadIdx.x == 0) {
        double loss = log(sum) - (double)(own - best);
        if (smoothing > 0) // else a score of −∞ would be 0 · ∞
            loss = (1 - smoothing) * loss + others * (classes * log(sum) - distances);
        results[image] = {loss, rank, 0};
    }
    if (!wants_gradient) return;
    const double inverse = 1 / sum;
#pragma unroll 1
    for (int c = threadIdx.x; c < t.padded; c += THREADS) {
        float value = 0;
        if (c < classes) {
            const double share = exp((double)(wide(row[c]) - best)) * inverse;
            value = (float)(share - (c == label ? right : others)) * step->weight;
        }
        put(slope + c, value);
    }
}

// out: [count][classes], of the real images: behind them another piece's may lie, or nothing.
KERNEL scores_out(const element *__restrict__ scores, device_tensor t, float *__restrict__ out,
                  const device_step *__restrict__ step) {
    const long total = (long)step->count * t.channels;
    for (long i = thread_index(); i < total; i += thread_count()) {
        const long image = i / t.channels;
        out[i] = wide(scores[image * t.padded + i - image * t.channels]);
    }
}
