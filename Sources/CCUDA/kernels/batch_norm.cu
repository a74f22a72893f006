// Batch normalisation as BatchNormLayer has it: sums in double over the real images only, in a fixed order; what follows
// from them for each column (one of towers · padded channels), in double; then all pixels. Vectors have padding that is
// zero and stays so. The first `count` images of a tower are its first rows, so what is real needs no mask.

// What a layer keeps from its forward to its backward pass, of each column.
struct batch_norm_batch {
    double mean, inverse; // of √(variance + ε)
};

// Σ a and Σ a · b of each block, [blocks][2][towers · padded]. Nothing is done where the batch is not measured.
// Grid: x rows_per_block rows each, y `lanes` groups of eight columns each, z the towers.
KERNEL batch_norm_sums(const element *__restrict__ a, const element *__restrict__ b, device_tensor t,
                       double *__restrict__ partials, int rows_per_block, int lanes,
                       const device_step *__restrict__ step) {
    __shared__ double sums[THREADS * 8];
    if (!step->measures) return;
    const int lane = threadIdx.x % lanes, line = threadIdx.x / lanes, lines = THREADS / lanes;
    const int channel = (blockIdx.y * lanes + lane) * 8, columns = t.towers * t.padded;
    const bool works = line < lines && channel < t.padded;
    const long rows = (long)step->count * t.height * t.width, base = blockIdx.z * tower_stride(t) + channel;
    const long first = (long)blockIdx.x * rows_per_block;
    const long end = first + rows_per_block < rows ? first + rows_per_block : rows;
    double total[2][8] = {};
    if (works)
        for (long row = first + line; row < end; row += lines) {
            const eight u = load8(a + base + row * t.padded), v = load8(b + base + row * t.padded);
#pragma unroll
            for (int j = 0; j < 8; j++) {
                total[0][j] += u.v[j];
                total[1][j] += (double)u.v[j] * v.v[j];
            }
        }
#pragma unroll
    for (int kind = 0; kind < 2; kind++) {
        __syncthreads();
        if (works)
#pragma unroll
            for (int j = 0; j < 8; j++) sums[(line * lanes + lane) * 8 + j] = total[kind][j];
        __syncthreads();
        for (int c = threadIdx.x; c < lanes * 8; c += THREADS) {
            const int column = blockIdx.y * lanes * 8 + c;
            if (column >= t.padded) continue;
            double sum = 0;
            for (int i = 0; i < lines; i++) sum += sums[i * lanes * 8 + c];
            partials[((long)blockIdx.x * 2 + kind) * columns + blockIdx.z * t.padded + column] = sum;
        }
    }
}

// Of one column; all threads of the block call it, those of the first warp get it.
DEVICE double total_of(const double *partials, int blocks, int columns, int kind, int column) {
    __shared__ double sums[THREADS];
    const int part = threadIdx.x / 32;
    double sum = 0;
    if (column < columns)
        for (int block = part; block < blocks; block += THREADS / 32)
            sum += partials[((long)block * 2 + kind) * columns + column];
    __syncthreads();
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (part == 0)
        for (int i = 1; i < THREADS / 32; i++) sum += sums[i * 32 + threadIdx.x];
    return sum;
}

// Mean, deviation and affine map of each column, and the step of the running statistics where the batch is measured.
// parameters: weight, bias, running mean and variance, a vector of towers · padded each. coefficients: mean and scale,
// likewise. Grid: 32 columns a block.
KERNEL batch_norm_measure(const double *__restrict__ partials, int blocks, device_tensor t,
                          const float *__restrict__ weight, float *__restrict__ running_mean,
                          float *__restrict__ running_variance, float momentum, float epsilon,
                          batch_norm_batch *__restrict__ batch, float *__restrict__ coefficients, int frozen,
                          const device_step *__restrict__ step) {
    const int columns = t.towers * t.padded, column = blockIdx.x * 32 + threadIdx.x % 32;
    const bool measures = step->measures && !frozen;
    const double sum = measures ? total_of(partials, blocks, columns, 0, column) : 0;
    const double product = measures ? total_of(partials, blocks, columns, 1, column) : 0;
    if (threadIdx.x >= 32 || column >= columns) return;
    const bool real = column % t.padded < t.channels;
    batch_norm_batch own = {0, 0};
    if (real && measures) {
        const double count = (double)((long)step->count * t.height * t.width), mean = sum / count;
        const double squares = product - mean * sum; // rounding may leave less than nothing; NaN stays
        const double deviations = squares < 0 ? 0 : squares;
        const double estimate = deviations / (count > 2 ? count - 1 : 1), share = momentum;
        own = {mean, 1 / sqrt(deviations / count + (double)epsilon)};
        running_mean[column] = (float)((1 - share) * running_mean[column] + share * mean);
        running_variance[column] = (float)((1 - share) * running_variance[column] + share * estimate);
    } else if (real) {
        own = {running_mean[column], 1 / sqrt((double)running_variance[column] + (double)epsilon)};
    }
    batch[column] = own;
    coefficients[column] = (float)own.mean;
    coefficients[columns + column] = (float)(own.inverse * weight[column]);
}

// y = (x − mean) · scale + bias. Grid: as group_at has it.
KERNEL batch_norm_forward(const element *__restrict__ x, element *__restrict__ y, device_tensor t,
                          const float *__restrict__ coefficients, const float *__restrict__ bias) {
    const int columns = t.towers * t.padded;
    const u32 total = groups_of_image(t);
    for (u32 i = (u32)thread_index(); i < total; i += (u32)thread_count()) {
        const pixel_group group = group_at(t, i);
        const int column = blockIdx.z * t.padded + group.channel;
        const eight mean = load8(coefficients + column), scale = load8(coefficients + columns + column);
        const eight shift = load8(bias + column);
        eight values = load8(x + group.place);
#pragma unroll
        for (int j = 0; j < 8; j++) values.v[j] = (values.v[j] - mean.v[j]) * scale.v[j] + shift.v[j];
        store8(y + group.place, values);
    }
}

// Gradients of weight and bias from Σ dy and Σ dy · x, and the coefficients of dx: mean, scale, pull and slope. A frozen
// one is a fixed map, without gradients of its own.
KERNEL batch_norm_gradients(const double *__restrict__ partials, int blocks, device_tensor t,
                            const float *__restrict__ weight, const batch_norm_batch *__restrict__ batch,
                            float *__restrict__ weight_gradient, float *__restrict__ bias_gradient,
                            float *__restrict__ coefficients, int frozen, const device_step *__restrict__ step) {
    const int columns = t.towers * t.padded, column = blockIdx.x * 32 + threadIdx.x % 32;
    const bool measures = step->measures && !frozen;
    const double shift = measures ? total_of(partials, blocks, columns, 0, column) : 0;
    const double product = measures ? total_of(partials, blocks, columns, 1, column) : 0;
    if (threadIdx.x >= 32 || column >= columns) return;
    const batch_norm_batch own = batch[column];
    const double count = (double)((long)step->count * t.height * t.width);
    const double stretch = (product - own.mean * shift) * own.inverse;
    weight_gradient[column] = (float)stretch;
    bias_gradient[column] = (float)shift;
    coefficients[column] = (float)own.mean;
    coefficients[columns + column] = (float)(own.inverse * weight[column]);
    coefficients[2 * columns + column] = (float)(shift / count);
    coefficients[3 * columns + column] = (float)(stretch * own.inverse / count);
}

// dx = (dy − pull − (x − mean) · slope) · scale; 0 for images that are not real.
KERNEL batch_norm_backward(const element *__restrict__ x, const element *__restrict__ dy, element *__restrict__ dx,
                           device_tensor t, const float *__restrict__ coefficients,
                           const device_step *__restrict__ step) {
    const int columns = t.towers * t.padded;
    const bool used = (int)blockIdx.y < step->count;
    const u32 total = groups_of_image(t);
    for (u32 i = (u32)thread_index(); i < total; i += (u32)thread_count()) {
        const pixel_group group = group_at(t, i);
        const float *own = coefficients + blockIdx.z * t.padded + group.channel;
        const eight mean = load8(own), scale = load8(own + columns);
        const eight pull = load8(own + 2 * columns), slope = load8(own + 3 * columns);
        const eight inputs = load8(x + group.place);
        eight values = load8(dy + group.place);
#pragma unroll
        for (int j = 0; j < 8; j++) {
            const float value =
                (values.v[j] - pull.v[j] - (inputs.v[j] - mean.v[j]) * slope.v[j]) * scale.v[j];
            values.v[j] = used ? value : 0;
        }
        store8(dx + group.place, values);
    }
}
