// What is said about many numbers: moments, and how they are distributed. Of parameters, by chunks, and of one activation
// tensor, real images only; padding never counts.

struct tally {
    double sum, squares;
    float low, high;

    DEVICE void add(float x) {
        sum += x;
        squares += (double)x * x;
        low = x < low ? x : low;
        high = x > high ? x : high;
    }
};

DEVICE tally nothing() { return {0, 0, INFINITE, -INFINITE}; }

DEVICE void total(const tally &own, device_moments *place) {
    const double sum = block_sum(own.sum), squares = block_sum(own.squares);
    const float low = -block_maximum(-own.low), high = block_maximum(own.high);
    if (threadIdx.x == 0) *place = {sum, squares, low, high};
}

struct histogram {
    u32 *counts; // of the block

    // What lies outside goes into the first or the last bucket; NaN counts nowhere.
    DEVICE void add(float x, device_range range) {
        const float place = (x - range.low) * range.scale, last = DEVICE_BUCKETS - 1;
        const float inside = place > 0 ? (place < last ? place : last) : 0;
        if (x == x) atomicAdd(counts + (int)inside, 1u);
    }

    // All threads call it, before the first number and after the last.
    DEVICE void begin() {
        if (threadIdx.x < DEVICE_BUCKETS) counts[threadIdx.x] = 0;
        __syncthreads();
    }

    // Whole numbers: the order of the blocks leaves no trace.
    DEVICE void end(u32 *all) {
        __syncthreads();
        if (threadIdx.x < DEVICE_BUCKETS) atomicAdd(all + threadIdx.x, counts[threadIdx.x]);
    }
};

// MARK: Parameters

// The real ones of a chunk's numbers, one at a time. gradients: whether these are wanted, or the weights.
template <class Visitor>
DEVICE void visit(const device_parameter &p, const device_weight &shape, device_chunk chunk, int gradients,
                  Visitor visitor) {
    const u32 most = chunk.first + DEVICE_CHUNK, end = most < p.count ? most : p.count;
    const float *floats = !gradients ? p.weights : p.sum ? p.sum : p.narrow ? nullptr : (const float *)p.gradients;
    const element *narrow = (const element *)p.gradients;
    if (is_whole(shape)) {
        for (u32 i = chunk.first + threadIdx.x * 8; i < end; i += THREADS * 8) {
            const eight values = floats ? load8(floats + i) : load8(narrow + i);
#pragma unroll
            for (int j = 0; j < 8; j++) visitor(values.v[j]);
        }
        return;
    }
    for (u32 i = chunk.first + threadIdx.x; i < end; i += THREADS)
        if (canonical_index(shape, i) >= 0) visitor(floats ? floats[i] : wide(narrow[i]));
}

// moments: [chunks].
KERNEL parameter_moments(const device_parameter *__restrict__ parameters, const device_weight *__restrict__ shapes,
                         const device_chunk *__restrict__ chunks, int gradients, device_moments *__restrict__ moments) {
    const device_chunk chunk = chunks[blockIdx.x];
    tally own = nothing();
    visit(parameters[chunk.parameter], shapes[chunk.parameter], chunk, gradients, [&](float x) { own.add(x); });
    total(own, moments + blockIdx.x);
}

// ranges: [parameters]. counts: [parameters][DEVICE_BUCKETS], zero before.
KERNEL parameter_histograms(const device_parameter *__restrict__ parameters, const device_weight *__restrict__ shapes,
                            const device_chunk *__restrict__ chunks, int gradients,
                            const device_range *__restrict__ ranges, u32 *__restrict__ counts) {
    __shared__ u32 own[DEVICE_BUCKETS];
    const device_chunk chunk = chunks[blockIdx.x];
    const device_range range = ranges[chunk.parameter];
    histogram here = {own};
    here.begin();
    visit(parameters[chunk.parameter], shapes[chunk.parameter], chunk, gradients,
          [&](float x) { here.add(x, range); });
    here.end(counts + (long)chunk.parameter * DEVICE_BUCKETS);
}

// MARK: Activations

template <class Visitor>
DEVICE void visit(const element *x, const device_tensor &t, int count, Visitor visitor) {
    const u32 groups = (u32)t.padded / 8;
    const long perTower = (long)count * t.height * t.width * groups;
    for (long i = thread_index(); i < perTower * t.towers; i += thread_count()) {
        const long tower = i / perTower, at = i - tower * perTower;
        const int real = real_channels(t, (int)(at % groups) * 8);
        const eight values = load8(x + tower * tower_stride(t) + at * 8);
#pragma unroll
        for (int j = 0; j < 8; j++)
            if (j < real) visitor(values.v[j]);
    }
}

// moments: [blocks].
KERNEL activation_moments(const element *__restrict__ x, device_tensor t, device_moments *__restrict__ moments,
                          const device_step *__restrict__ step) {
    tally own = nothing();
    visit(x, t, step->count, [&](float value) { own.add(value); });
    total(own, moments + blockIdx.x);
}

// counts: [DEVICE_BUCKETS], zero before.
KERNEL activation_histogram(const element *__restrict__ x, device_tensor t, device_range range,
                            u32 *__restrict__ counts, const device_step *__restrict__ step) {
    __shared__ u32 own[DEVICE_BUCKETS];
    histogram here = {own};
    here.begin();
    visit(x, t, step->count, [&](float value) { here.add(value, range); });
    here.end(counts);
}
