// Local response normalisation for any window, exponent and number of channels, in normalization.c's formulas. Windows run
// over the layer's channels, across the seams of towers and never over padding. A block takes `pixels` pixels and `tile`
// channels of each at a time, with as many beside them as windows reach; pixels · tile ≤ THREADS, and
// pixels · (tile + 2 · size) ≤ RESPONSE_ROOM.

#define RESPONSE_ROOM 2048

// Where a channel of the layer lies, from the pixel's place in the first tower on.
DEVICE long channel_place(const device_tensor &t, int channel) {
    const int tower = channel / t.channels;
    return tower * tower_stride(t) + (channel - tower * t.channels);
}

// Behind a tower's last channel there are zeros.
DEVICE void store_channel(element *pixel, const device_tensor &t, int channel, float value) {
    element *place = pixel + channel_place(t, channel);
    put(place, value);
    if (channel % t.channels == t.channels - 1)
        for (int i = 1; i <= t.padded - t.channels; i++) put(place + i, 0);
}

// s^−β; β = 0.75 without a logarithm.
DEVICE float response_power(float s, float beta) {
    if (beta != 0.75f) return powf(s, -beta);
    const float root = sqrtf(s);
    return 1 / (root * sqrtf(root));
}

DEVICE float window_sum(const float *first, int size) {
    float sum = first[0];
    for (int j = 1; j < size; j++) sum += first[j];
    return sum;
}

// Squares of the block's channels and of `reach` to the left of them, in rows of `span`; zeros outside of the layer.
DEVICE void load_squares(const element *x, const device_tensor &t, long first, int pixels, int channel, int reach,
                         int span, float *squares) {
    const long all = (long)t.images * t.height * t.width;
    const int channels = t.towers * t.channels;
    for (int i = threadIdx.x; i < pixels * span; i += THREADS) {
        const int pixel = i / span, c = channel - reach + i - pixel * span;
        float value = 0;
        if (first + pixel < all && c >= 0 && c < channels)
            value = wide(x[(first + pixel) * t.padded + channel_place(t, c)]);
        squares[i] = value * value;
    }
}

// y = x · s^−β with s = k + factor · Σ x²; factor = α / size.
KERNEL response_norm_forward(const element *__restrict__ x, element *__restrict__ y, device_tensor t, int size,
                             float factor, float beta, float k, int pixels, int tile) {
    __shared__ float squares[RESPONSE_ROOM];
    const long all = (long)t.images * t.height * t.width;
    const int channels = t.towers * t.channels, span = tile + size - 1;
    const int pixel = threadIdx.x / tile, own = threadIdx.x - pixel * tile;
    for (long first = (long)blockIdx.x * pixels; first < all; first += (long)gridDim.x * pixels)
        for (int channel = 0; channel < channels; channel += tile) {
            __syncthreads();
            load_squares(x, t, first, pixels, channel, size / 2, span, squares);
            __syncthreads();
            if (pixel >= pixels || first + pixel >= all || channel + own >= channels) continue;
            const float s = k + factor * window_sum(squares + pixel * span + own, size);
            const long place = (first + pixel) * t.padded;
            store_channel(y + place, t, channel + own,
                          wide(x[place + channel_place(t, channel + own)]) * response_power(s, beta));
        }
}

// dx = dy · s^−β − 2 · factor · β · x · Σ over the window of dy · x · s^(−β − 1).
KERNEL response_norm_backward(const element *__restrict__ x, const element *__restrict__ dy, element *__restrict__ dx,
                              device_tensor t, int size, float factor, float beta, float k, int pixels, int tile) {
    __shared__ float squares[RESPONSE_ROOM], terms[RESPONSE_ROOM];
    const long all = (long)t.images * t.height * t.width;
    const int channels = t.towers * t.channels, left = size / 2;
    const int inner = tile + size - 1, span = inner + size - 1; // of terms, of squares
    const int pixel = threadIdx.x / tile, own = threadIdx.x - pixel * tile;
    for (long first = (long)blockIdx.x * pixels; first < all; first += (long)gridDim.x * pixels)
        for (int channel = 0; channel < channels; channel += tile) {
            __syncthreads();
            load_squares(x, t, first, pixels, channel, 2 * left, span, squares);
            __syncthreads();
            for (int i = threadIdx.x; i < pixels * inner; i += THREADS) {
                const int p = i / inner, at = i - p * inner, c = channel - left + at;
                float term = 0;
                if (first + p < all && c >= 0 && c < channels) {
                    const long place = (first + p) * t.padded + channel_place(t, c);
                    const float s = k + factor * window_sum(squares + p * span + at, size);
                    term = wide(dy[place]) * wide(x[place]) * response_power(s, beta) / s;
                }
                terms[i] = term;
            }
            __syncthreads();
            if (pixel >= pixels || first + pixel >= all || channel + own >= channels) continue;
            const long place = (first + pixel) * t.padded, at = place + channel_place(t, channel + own);
            const float s = k + factor * window_sum(squares + pixel * span + own + left, size);
            const float pull = 2 * factor * beta * wide(x[at]) * window_sum(terms + pixel * inner + own, size);
            store_channel(dx + place, t, channel + own, wide(dy[at]) * response_power(s, beta) - pull);
        }
}
