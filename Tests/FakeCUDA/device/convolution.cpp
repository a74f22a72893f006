#include "convolution.h"

#include <algorithm>

namespace fake {

namespace {

// A tensor's numbers as floats, one after the other in the order N, H, W, C.
std::vector<float> gathered(const tensor &tensor, const void *base, bool tf32) {
    auto [n, c, h, w] = tensor.size;
    std::vector<float> result(static_cast<size_t>(n * c * h * w));
    size_t next = 0;
    for (int64_t image = 0; image < n; image++) {
        for (int64_t row = 0; row < h; row++) {
            for (int64_t column = 0; column < w; column++) {
                int64_t first = image * tensor.stride[0] + row * tensor.stride[2] + column * tensor.stride[3];
                for (int64_t channel = 0; channel < c; channel++) {
                    float value = load(tensor.type, base, static_cast<size_t>(first + channel));
                    result[next++] = tf32 ? to_tf32(value) : value;
                }
            }
        }
    }
    return result;
}

// The other way, through `finish`, which is given a number, what is there, and the channel.
template <class Finish>
void scatter(const tensor &tensor, void *base, const std::vector<float> &values, bool reads, Finish finish) {
    size_t next = 0;
    for (int64_t image = 0; image < tensor.size[0]; image++) {
        for (int64_t row = 0; row < tensor.size[2]; row++) {
            for (int64_t column = 0; column < tensor.size[3]; column++) {
                int64_t first = image * tensor.stride[0] + row * tensor.stride[2] + column * tensor.stride[3];
                for (int64_t channel = 0; channel < tensor.size[1]; channel++) {
                    auto at = static_cast<size_t>(first + channel);
                    float old = reads ? load(tensor.type, base, at) : 0;
                    store(tensor.type, base, at, finish(values[next++], old, channel));
                }
            }
        }
    }
}

// Calls `body` with input row and column, tap row and column and output pixel, for every tap that lies inside the input.
template <class Body> void for_taps(const convolution &shape, int64_t first, int64_t end, Body body) {
    for (int64_t image = first; image < end; image++) {
        for (int64_t row = 0; row < shape.y.size[2]; row++) {
            for (int64_t column = 0; column < shape.y.size[3]; column++) {
                int64_t pixel = (image * shape.y.size[2] + row) * shape.y.size[3] + column;
                for (int64_t r = 0; r < shape.w.size[2]; r++) {
                    int64_t input_row = row * shape.stride[0] - shape.before[0] + r * shape.dilation[0];
                    if (input_row < 0 || input_row >= shape.x.size[2]) continue;
                    for (int64_t s = 0; s < shape.w.size[3]; s++) {
                        int64_t input_column = column * shape.stride[1] - shape.before[1] + s * shape.dilation[1];
                        if (input_column < 0 || input_column >= shape.x.size[3]) continue;
                        body((image * shape.x.size[2] + input_row) * shape.x.size[3] + input_column,
                             r * shape.w.size[3] + s, pixel);
                    }
                }
            }
        }
    }
}

void add_scaled(float *to, const float *from, float factor, int64_t count) {
    for (int64_t i = 0; i < count; i++) to[i] += from[i] * factor;
}

} // namespace

int64_t tensor::extent() const {
    int64_t last = 0;
    for (int i = 0; i < 4; i++) last += (size[i] - 1) * stride[i];
    return (last + 1) * static_cast<int64_t>(bytes_of(type));
}

void convolution::run(void *x, void *w, void *y, const void *bias, bool tf32, int splits) const {
    const int64_t inputs = this->x.size[1], outputs = this->y.size[1], taps = this->w.size[2] * this->w.size[3];
    auto scaled = [this](float value, float old, int64_t) { return beta == 0 ? alpha * value : alpha * value + beta * old; };
    if (pass == pass::forward) {
        auto from = gathered(this->x, x, tf32), weights = gathered(this->w, w, tf32);
        // [tap][input][output], so that the innermost loop runs over outputs.
        std::vector<float> turned(weights.size());
        for (int64_t k = 0; k < outputs; k++) {
            for (int64_t i = 0; i < taps * inputs; i++) turned[i * outputs + k] = weights[k * taps * inputs + i];
        }
        std::vector<float> sums(static_cast<size_t>(this->y.size[0] * this->y.size[2] * this->y.size[3] * outputs));
        for_taps(*this, 0, this->x.size[0], [&](int64_t input, int64_t tap, int64_t output) {
            for (int64_t c = 0; c < inputs; c++) {
                add_scaled(&sums[output * outputs], &turned[(tap * inputs + c) * outputs], from[input * inputs + c], outputs);
            }
        });
        scatter(this->y, y, sums, false, [&](float value, float, int64_t channel) {
            value *= alpha;
            if (has_bias) value += load(this->bias.type, bias, static_cast<size_t>(channel));
            if (relu && !(value > 0)) value = propagates_nan && std::isnan(value) ? value : 0;
            return value;
        });
    } else if (pass == pass::input_gradient) {
        auto weights = gathered(this->w, w, tf32), from = gathered(this->y, y, tf32);
        std::vector<float> sums(static_cast<size_t>(this->x.size[0] * this->x.size[2] * this->x.size[3] * inputs));
        for_taps(*this, 0, this->x.size[0], [&](int64_t input, int64_t tap, int64_t output) {
            for (int64_t k = 0; k < outputs; k++) {
                add_scaled(&sums[input * inputs], &weights[(k * taps + tap) * inputs], from[output * outputs + k], inputs);
            }
        });
        scatter(this->x, x, sums, beta != 0, scaled);
    } else {
        auto from = gathered(this->x, x, tf32), gradient = gathered(this->y, y, tf32);
        std::vector<float> sums(static_cast<size_t>(outputs * taps * inputs)), part(sums.size());
        for (int split = 0; split < splits; split++) {
            std::fill(part.begin(), part.end(), 0.0f);
            int64_t images = this->x.size[0], first = images * split / splits, end = images * (split + 1) / splits;
            for_taps(*this, first, end, [&](int64_t input, int64_t tap, int64_t output) {
                for (int64_t k = 0; k < outputs; k++) {
                    add_scaled(&part[(k * taps + tap) * inputs], &from[input * inputs], gradient[output * outputs + k], inputs);
                }
            });
            for (size_t i = 0; i < sums.size(); i++) sums[i] += part[i];
        }
        scatter(this->w, w, sums, beta != 0, scaled);
    }
}

} // namespace fake
