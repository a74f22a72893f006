#include "matrix_product.h"

#include <algorithm>

namespace fake {

namespace {

// op(M) as floats, its columns one after the other (`by_columns`) or its rows.
std::vector<float> gathered(const matrix &from, bool transpose, bool by_columns, bool tf32, const void *base) {
    std::vector<float> result(from.rows * from.columns);
    // Where `by_columns` and `transpose` differ, the order in memory stays.
    bool stays = by_columns != transpose;
    for (uint64_t column = 0; column < from.columns; column++) {
        for (uint64_t row = 0; row < from.rows; row++) {
            float value = load(from.type, base, column * from.leading + row);
            result[stays ? column * from.rows + row : row * from.columns + column] = tf32 ? to_tf32(value) : value;
        }
    }
    return result;
}

} // namespace

void matrix_product::run(const void *a, const void *b, const void *c, void *d, const void *bias) const {
    const uint64_t rows = this->d.rows, columns = this->d.columns;
    const uint64_t inner = transpose_a ? this->a.rows : this->a.columns;
    std::vector<float> left = gathered(this->a, transpose_a, true, tf32, a);
    std::vector<float> right = gathered(this->b, transpose_b, true, tf32, b);
    std::vector<float> sum(rows), part(rows);
    for (uint64_t column = 0; column < columns; column++) {
        std::fill(sum.begin(), sum.end(), 0.0f);
        for (int split = 0; split < splits; split++) {
            std::fill(part.begin(), part.end(), 0.0f);
            for (uint64_t k = inner * split / splits; k < inner * (split + 1) / splits; k++) {
                const float factor = right[column * inner + k];
                const float *of_left = &left[k * rows];
                for (uint64_t row = 0; row < rows; row++) part[row] += of_left[row] * factor;
            }
            for (uint64_t row = 0; row < rows; row++) sum[row] += part[row];
        }
        for (uint64_t row = 0; row < rows; row++) {
            float value = alpha * sum[row];
            if (beta != 0) value += beta * load(this->c.type, c, column * this->c.leading + row);
            if (has_bias) value += load(bias_type, bias, row);
            if (relu) value = value > 0 ? value : 0;
            store(this->d.type, d, column * this->d.leading + row, value);
        }
    }
}

} // namespace fake
