// Local response normalisation (five channels, β = 0.75) and max pooling (3 × 3 every second pixel) in one pass each way,
// or the pooling alone: the layers that AlexNet spends most of its memory's time in. The backward pass is that of the ReLU
// before them too, and leaves sums for the bias. Winners and numbers are those of response_norm.cu and pool.cu.
//
// One module per layer: NORMALIZES, HEIGHT, WIDTH, TOWERS and CHANNELS (of each; a multiple of 8, without padding) of x,
// OUT_CHANNELS of each of y's towers; ROWS of y that a block makes, FORWARD_THREADS; PIXELS of x that a block of
// PIXELS · GROUPS threads works at at a time in the backward pass.

#define GROUPS (TOWERS * CHANNELS / 8)
#define OUT_HEIGHT ((HEIGHT - 3) / 2 + 1)
#define OUT_WIDTH ((WIDTH - 3) / 2 + 1)
#define BACKWARD_THREADS (PIXELS * GROUPS)

// Of the layer's eight channels from 8 · group on. x and y have fewer than 2³² elements each.
DEVICE u32 place_in(u32 images, u32 image, u32 row, u32 column, u32 group) {
    const u32 tower = group / (CHANNELS / 8);
    return (((tower * images + image) * HEIGHT + row) * WIDTH + column) * CHANNELS +
           (group - tower * (CHANNELS / 8)) * 8;
}

DEVICE u32 place_out(u32 images, u32 image, u32 row, u32 column, u32 group) {
    const u32 tower = group / (OUT_CHANNELS / 8);
    return (((tower * images + image) * OUT_HEIGHT + row) * OUT_WIDTH + column) * OUT_CHANNELS +
           (group - tower * (OUT_CHANNELS / 8)) * 8;
}

// MARK: Normalisation

// s^−0.75 and 1 / s, of an s that is never small. bfloat16 has no use for the last bits of a root.
struct response_powers {
    float power, inverse;
};

DEVICE response_powers powers_of(float s) {
#if defined(__CUDA_ARCH__) && !ELEMENT_FLOAT
    float r, root;
    asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(s));
    asm("sqrt.approx.ftz.f32 %0, %1;" : "=f"(root) : "f"(r));
    return {r * root, r * r};
#else
    const float root = sqrtf(s);
    return {1 / (root * sqrtf(root)), 1 / s};
#endif
}

// A group's channels with two on either side, across the seams of towers; zeros outside of the layer.
struct twelve {
    float v[12];
};

DEVICE void load2(const element *place, float *values) {
#if ELEMENT_FLOAT
    const float2 both = *(const float2 *)place;
    values[0] = both.x;
    values[1] = both.y;
#else
    const u32 both = *(const u32 *)place;
    values[0] = __uint_as_float(both << 16);
    values[1] = __uint_as_float(both & 0xffff0000u);
#endif
}

DEVICE twelve neighbourhood(const element *x, int images, int image, int row, int column, int group) {
    twelve all = {};
    const eight own = load8(x + place_in(images, image, row, column, group));
#pragma unroll
    for (int j = 0; j < 8; j++) all.v[2 + j] = own.v[j];
    if (group > 0) load2(x + place_in(images, image, row, column, group - 1) + 6, all.v);
    if (group < GROUPS - 1) load2(x + place_in(images, image, row, column, group + 1), all.v + 10);
    return all;
}

DEVICE float window_sum(const float *v) { return v[0] + v[1] + v[2] + v[3] + v[4]; }

// Of each of the eight channels k + factor · Σ x² over its window.
DEVICE eight response_sums(const twelve &x, float factor, float k) {
    float squares[12];
    eight sums;
#pragma unroll
    for (int j = 0; j < 12; j++) squares[j] = x.v[j] * x.v[j];
#pragma unroll
    for (int j = 0; j < 8; j++) sums.v[j] = k + factor * window_sum(squares + j);
    return sums;
}

// MARK: Forward

// The first of equals wins, and NaN.
DEVICE void challenge(eight &best, bytes &places, const eight &values, const bytes &columns, u32 first) {
#pragma unroll
    for (int j = 0; j < 8; j++)
        if (values.v[j] > best.v[j] || values.v[j] != values.v[j]) {
            best.v[j] = values.v[j];
            places = with_byte(places, j, first + byte_of(columns, j));
        }
}

// Rows of x go through shared memory one after the other, normalised once. A thread has one pixel of y's row and eight of
// its channels, takes the row's maximum of three columns, and that into the two windows that see the row.
// Grid: x is the strip of ROWS rows, y the image.
extern "C" __global__ void __launch_bounds__(FORWARD_THREADS, 1)
response_pool_forward(const element *__restrict__ x, element *__restrict__ y, u8 *__restrict__ winners, int images,
                      float factor, float k) {
    __shared__ __align__(16) element line[WIDTH * GROUPS * 8];
    const int image = blockIdx.y, first = blockIdx.x * ROWS;
    const int last = first + ROWS < OUT_HEIGHT ? first + ROWS : OUT_HEIGHT;
    const int column = threadIdx.x / GROUPS, group = threadIdx.x - column * GROUPS;
    eight best = zeros();
    bytes places = {0, 0};
    for (int row = 2 * first; row <= 2 * last; row++) {
        __syncthreads();
        for (int i = threadIdx.x; i < WIDTH * GROUPS; i += FORWARD_THREADS) {
            const int pixel = i / GROUPS, own = i - pixel * GROUPS;
#if NORMALIZES
            const twelve inputs = neighbourhood(x, images, image, row, pixel, own);
            const eight sums = response_sums(inputs, factor, k);
            eight values;
#pragma unroll
            for (int j = 0; j < 8; j++) values.v[j] = inputs.v[2 + j] * powers_of(sums.v[j]).power;
#else
            const eight values = load8(x + place_in(images, image, row, pixel, own));
#endif
            store8(line + i * 8, values);
        }
        __syncthreads();
        if (column >= OUT_WIDTH) continue;
        eight most = load8(line + (2 * column * GROUPS + group) * 8);
        bytes columns = {0, 0};
#pragma unroll
        for (u32 j = 1; j < 3; j++)
            challenge(most, columns, load8(line + ((2 * column + j) * GROUPS + group) * 8), {0, 0}, j);
        const int within = row - 2 * first;
        if (within > 0) challenge(best, places, most, columns, within % 2 ? 3 : 6);
        if (within % 2) continue;
        if (within > 0) {
            const u32 place = place_out(images, image, row / 2 - 1, column, group);
            keep8(y + place, best);
            *(uint2 *)(winners + place) = make_uint2(places.low, places.high);
        }
        best = most;
        places = columns;
    }
}

// MARK: Backward

// What the windows that see a pixel give it, in their order.
DEVICE eight unpooled(const element *dy, const u8 *winners, int images, int image, int row, int column, int group) {
    eight sum = zeros();
#pragma unroll
    for (int i = 1; i >= 0; i--)
#pragma unroll
        for (int j = 1; j >= 0; j--) {
            const int above = row / 2 - i, left = column / 2 - j;
            if (above < 0 || left < 0 || above >= OUT_HEIGHT || left >= OUT_WIDTH) continue;
            if (row - 2 * above > 2 || column - 2 * left > 2) continue;
            const u32 own = (u32)((row - 2 * above) * 3 + column - 2 * left);
            const u32 place = place_out(images, image, above, left, group);
            const uint2 both = *(const uint2 *)(winners + place);
            const bytes places = {both.x, both.y};
            const eight values = load8(dy + place);
#pragma unroll
            for (int c = 0; c < 8; c++) sum.v[c] += byte_of(places, c) == own ? values.v[c] : 0;
        }
    return sum;
}

// dz: as x, 0 where x ≤ 0. partials: [blocks][TOWERS · CHANNELS] sums of dz, or null. slope: 2 · factor · β.
extern "C" __global__ void __launch_bounds__(BACKWARD_THREADS, 1)
response_pool_backward(const element *__restrict__ x, const element *__restrict__ dy, const u8 *__restrict__ winners,
                       element *__restrict__ dz, float *__restrict__ partials, int images, float factor, float k,
                       float slope) {
    __shared__ __align__(16) float shared[BACKWARD_THREADS * 8];
    const int pixel = threadIdx.x / GROUPS, group = threadIdx.x - pixel * GROUPS;
    const u32 all = (u32)images * (HEIGHT * WIDTH);
    eight total = zeros();
    for (u32 start = blockIdx.x * PIXELS; start < all; start += gridDim.x * PIXELS) {
        const bool works = start + pixel < all;
        const u32 at = works ? start + pixel : 0, image = at / (HEIGHT * WIDTH);
        const int within = (int)(at - image * (HEIGHT * WIDTH));
        const int row = within / WIDTH, column = within - row * WIDTH;
        eight gradient = unpooled(dy, winners, images, image, row, column, group);
#if NORMALIZES
        const twelve inputs = neighbourhood(x, images, image, row, column, group);
        const eight sums = response_sums(inputs, factor, k);
        eight terms;
#pragma unroll
        for (int j = 0; j < 8; j++) {
            const response_powers powers = powers_of(sums.v[j]);
            gradient.v[j] *= powers.power;
            terms.v[j] = gradient.v[j] * inputs.v[2 + j] * powers.inverse;
        }
        __syncthreads(); // of the pixels before everyone has read the terms
        store8(shared + threadIdx.x * 8, terms);
        __syncthreads();
        float around[12] = {};
#pragma unroll
        for (int j = 0; j < 8; j++) around[2 + j] = terms.v[j];
#pragma unroll
        for (int j = 0; j < 2; j++) {
            if (group > 0) around[j] = shared[threadIdx.x * 8 - 2 + j];
            if (group < GROUPS - 1) around[10 + j] = shared[threadIdx.x * 8 + 8 + j];
        }
#pragma unroll
        for (int j = 0; j < 8; j++) {
            const float value = gradient.v[j] - slope * inputs.v[2 + j] * window_sum(around + j);
            gradient.v[j] = inputs.v[2 + j] <= 0 ? 0 : value;
        }
#else
        const eight inputs = load8(x + place_in(images, image, row, column, group));
#pragma unroll
        for (int j = 0; j < 8; j++) gradient.v[j] = inputs.v[j] <= 0 ? 0 : gradient.v[j];
#endif
        if (!works) continue;
        keep8(dz + place_in(images, image, row, column, group), gradient);
#pragma unroll
        for (int j = 0; j < 8; j++) total.v[j] += gradient.v[j];
    }
    if (!partials) return;
    __syncthreads();
    store8(shared + threadIdx.x * 8, total);
    __syncthreads();
    for (int c = threadIdx.x; c < GROUPS * 8; c += BACKWARD_THREADS) {
        float sum = 0;
        for (int i = 0; i < PIXELS; i++) sum += shared[i * GROUPS * 8 + c];
        partials[(long)blockIdx.x * (GROUPS * 8) + c] = sum;
    }
}
