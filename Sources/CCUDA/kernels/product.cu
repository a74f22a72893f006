// What stands around convolutions and linear layers: the gradient of their output before the ReLU, and that of the bias.

// dz = dy · scale, or 0 where the ReLU's output y is not positive, over dy; and each block's sums of dz per column into
// partials[block][towers · padded]. y is read only where `rectified`; dy is written only where it changes; null partials
// are not wanted. A unit that dropout zeroed is 0 in y: `scale` does the rest of its backward pass.
// Grid: x rows_per_block rows [images][height][width] each, y `lanes` groups of eight columns each, z the towers.
KERNEL output_gradient(const element *__restrict__ y, element *__restrict__ dy, device_tensor t, int rectified,
                       float scale, float *__restrict__ partials, int rows_per_block, int lanes) {
    __shared__ __align__(16) float sums[THREADS * 8];
    const int lane = threadIdx.x % lanes, line = threadIdx.x / lanes, lines = THREADS / lanes;
    const int channel = (blockIdx.y * lanes + lane) * 8;
    const bool works = line < lines && channel < t.padded;
    const long rows = (long)t.images * t.height * t.width, base = blockIdx.z * tower_stride(t) + channel;
    const long first = (long)blockIdx.x * rows_per_block;
    const long end = first + rows_per_block < rows ? first + rows_per_block : rows;
    const bool changes = rectified || scale != 1;
    eight total = zeros();
    if (works)
#pragma unroll 2
        for (long row = first + line; row < end; row += lines) {
            const long at = base + row * t.padded;
            eight values = load8(dy + at);
            if (changes) {
                const eight outputs = rectified ? load8(y + at) : zeros();
#pragma unroll
                for (int j = 0; j < 8; j++)
                    values.v[j] = rectified && outputs.v[j] <= 0 ? 0 : values.v[j] * scale;
                store8(dy + at, values);
            }
#pragma unroll
            for (int j = 0; j < 8; j++) total.v[j] += values.v[j];
        }
    if (!partials) return;
    if (works) store8(sums + (line * lanes + lane) * 8, total);
    __syncthreads();
    for (int c = threadIdx.x; c < lanes * 8; c += THREADS) {
        const int column = blockIdx.y * lanes * 8 + c;
        if (column >= t.padded) continue;
        float sum = 0;
        for (int i = 0; i < lines; i++) sum += sums[i * lanes * 8 + c];
        partials[((long)blockIdx.x * t.towers + blockIdx.z) * t.padded + column] = sum;
    }
}

// gradient[column] = Σ over blocks of partials[block][column]. Grid: 32 columns a block.
KERNEL bias_gradient(const float *__restrict__ partials, int blocks, int columns, float *__restrict__ gradient) {
    __shared__ double sums[THREADS];
    const int lane = threadIdx.x % 32, part = threadIdx.x / 32, column = blockIdx.x * 32 + lane;
    double sum = 0;
    if (column < columns)
#pragma unroll 8
        for (int block = part; block < blocks; block += THREADS / 32) sum += partials[(long)block * columns + column];
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (part > 0 || column >= columns) return;
    for (int i = 1; i < THREADS / 32; i++) sum += sums[i * 32 + lane];
    gradient[column] = (float)sum;
}
