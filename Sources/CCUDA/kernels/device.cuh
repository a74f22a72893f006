// What every kernel source begins with: elements (bf16, or float where ELEMENT_FLOAT is 1), eight of them at a time,
// places in tensors and weights, sums over a block in a fixed order, and Philox4x32-10.
// No #include: NVRTC brings the built-ins, and bf16 needs no header here.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define DEVICE __device__ __forceinline__
#define THREADS 256
// One block per multiprocessor is asked for, at least: else the compiler spills a few registers rather than leave some
// threads out.
#define KERNEL extern "C" __global__ void __launch_bounds__(THREADS, 1)

#define INFINITE __uint_as_float(0x7f800000u)

// MARK: Threads

DEVICE long thread_index() { return (long)blockIdx.x * THREADS + threadIdx.x; }
DEVICE long thread_count() { return (long)gridDim.x * THREADS; }

// The sum over the block's threads, always in the same order. All threads call it, and all get it.
DEVICE double block_sum(double value) {
    __shared__ double parts[THREADS];
    __syncthreads(); // of an earlier sum everyone has read the result
    parts[threadIdx.x] = value;
    __syncthreads();
    for (u32 half = THREADS / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) parts[threadIdx.x] += parts[threadIdx.x + half];
        __syncthreads();
    }
    return parts[0];
}

// The greatest that is no NaN; −∞ where there is none.
DEVICE float block_maximum(float value) {
    __shared__ float parts[THREADS];
    __syncthreads();
    parts[threadIdx.x] = value == value ? value : -INFINITE;
    __syncthreads();
    for (u32 half = THREADS / 2; half > 0; half /= 2) {
        if (threadIdx.x < half && parts[threadIdx.x + half] > parts[threadIdx.x])
            parts[threadIdx.x] = parts[threadIdx.x + half];
        __syncthreads();
    }
    return parts[0];
}

// MARK: Elements

#if ELEMENT_FLOAT
typedef float element;
#else
typedef u16 element; // bfloat16: the upper half of a float
#endif

// Eight neighbours as floats.
struct eight {
    float v[8];
};

DEVICE float wide(float value) { return value; }
DEVICE float wide(u16 value) { return __uint_as_float((u32)value << 16); }

// Two floats to bfloat16, nearest even; the first in the lower half.
DEVICE u32 pack(float first, float second) {
#ifdef __CUDA_ARCH__
    u32 both;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(second), "f"(first));
    return both;
#else
    u32 halves[2] = {__float_as_uint(first), __float_as_uint(second)};
    for (u32 &half : halves)
        half = (half & 0x7fffffffu) > 0x7f800000u ? 0x7fff : (half + 0x7fff + (half >> 16 & 1)) >> 16;
    return halves[0] | halves[1] << 16;
#endif
}

DEVICE void put(float *place, float value) { *place = value; }
DEVICE void put(u16 *place, float value) { *place = (u16)pack(value, 0); }

DEVICE eight zeros() { return {{0, 0, 0, 0, 0, 0, 0, 0}}; }

// `place` is at eight elements' alignment, in both.
DEVICE eight load8(const float *place) {
    const float4 a = ((const float4 *)place)[0], b = ((const float4 *)place)[1];
    return {{a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w}};
}

DEVICE eight load8(const u16 *place) {
    const uint4 a = *(const uint4 *)place;
    return {{__uint_as_float(a.x << 16), __uint_as_float(a.x & 0xffff0000u), __uint_as_float(a.y << 16),
             __uint_as_float(a.y & 0xffff0000u), __uint_as_float(a.z << 16), __uint_as_float(a.z & 0xffff0000u),
             __uint_as_float(a.w << 16), __uint_as_float(a.w & 0xffff0000u)}};
}

DEVICE void store8(float *place, const eight &x) {
    ((float4 *)place)[0] = make_float4(x.v[0], x.v[1], x.v[2], x.v[3]);
    ((float4 *)place)[1] = make_float4(x.v[4], x.v[5], x.v[6], x.v[7]);
}

DEVICE void store8(u16 *place, const eight &x) {
    *(uint4 *)place = make_uint4(pack(x.v[0], x.v[1]), pack(x.v[2], x.v[3]), pack(x.v[4], x.v[5]), pack(x.v[6], x.v[7]));
}

// As store8, to global memory: of store8's wide store the compiler may make narrow ones.
DEVICE void keep8(element *place, const eight &x) {
#ifndef __CUDA_ARCH__
    store8(place, x);
#elif ELEMENT_FLOAT
    __stwb((float4 *)place, make_float4(x.v[0], x.v[1], x.v[2], x.v[3]));
    __stwb((float4 *)place + 1, make_float4(x.v[4], x.v[5], x.v[6], x.v[7]));
#else
    __stwb((uint4 *)place, make_uint4(pack(x.v[0], x.v[1]), pack(x.v[2], x.v[3]), pack(x.v[4], x.v[5]), pack(x.v[6], x.v[7])));
#endif
}

// Eight bytes, the first in the lowest.
struct bytes {
    u32 low, high;
};

DEVICE u32 byte_of(const bytes &b, int j) { return (j < 4 ? b.low >> 8 * j : b.high >> 8 * (j - 4)) & 255u; }

DEVICE bytes with_byte(bytes b, int j, u32 value) {
    if (j < 4)
        b.low = (b.low & ~(255u << 8 * j)) | value << 8 * j;
    else
        b.high = (b.high & ~(255u << 8 * (j - 4))) | value << 8 * (j - 4);
    return b;
}

// MARK: Places in a tensor

// Of a pixel's first channel in a tower.
DEVICE long place_of(const device_tensor &t, int tower, int image, int row, int column) {
    return ((((long)tower * t.images + image) * t.height + row) * t.width + column) * t.padded;
}

DEVICE long tower_stride(const device_tensor &t) { return (long)t.images * t.height * t.width * t.padded; }

// How many of the eight channels from `channel` of a tower on are real.
DEVICE int real_channels(const device_tensor &t, int channel) {
    const int left = t.channels - channel;
    return left < 0 ? 0 : left < 8 ? left : 8;
}

// A pixel's values of `count` channels from `channel` of the layer on, which may lie in several towers; zeros behind them.
// pixel: the place of its first channel in the first tower.
DEVICE eight load_channels(const element *x, const device_tensor &t, long pixel, int channel, int count) {
    int tower = channel / t.channels, at = channel - tower * t.channels;
    eight values = zeros();
    if (count > 0 && at % 8 == 0 && at + count <= t.channels) {
        values = load8(x + pixel + tower * tower_stride(t) + at);
#pragma unroll
        for (int j = 0; j < 8; j++)
            if (j >= count) values.v[j] = 0;
        return values;
    }
#pragma unroll
    for (int j = 0; j < 8; j++)
        if (j < count) {
            values.v[j] = wide(x[pixel + tower * tower_stride(t) + at]);
            if (++at == t.channels) at = 0, tower++;
        }
    return values;
}

DEVICE bytes load_channels(const u8 *x, const device_tensor &t, long pixel, int channel, int count) {
    int tower = channel / t.channels, at = channel - tower * t.channels;
    if (count > 0 && at % 8 == 0 && at + count <= t.channels) {
        const uint2 both = *(const uint2 *)(x + pixel + tower * tower_stride(t) + at);
        return {both.x, both.y};
    }
    bytes values = {0, 0};
#pragma unroll
    for (int j = 0; j < 8; j++)
        if (j < count) {
            values = with_byte(values, j, x[pixel + tower * tower_stride(t) + at]);
            if (++at == t.channels) at = 0, tower++;
        }
    return values;
}

// Eight channels of one pixel: what a thread works at where a grid's z is the tower, its y the image, and its x goes over
// an image's pixels and groups of eight channels.
struct pixel_group {
    int row, column, channel;
    long place;
};

DEVICE u32 groups_of_image(const device_tensor &t) { return (u32)(t.height * t.width * (t.padded / 8)); }

DEVICE pixel_group group_at(const device_tensor &t, u32 index) {
    const u32 groups = (u32)t.padded / 8, pixel = index / groups, row = pixel / (u32)t.width;
    return {(int)row, (int)(pixel - row * t.width), (int)(index - pixel * groups) * 8,
            place_of(t, blockIdx.z, blockIdx.y, 0, 0) + (long)index * 8};
}

// MARK: Places in a weight

DEVICE u32 device_rows(const device_weight &w) { return w.block > 1 ? w.block_rows : w.rows; }
DEVICE u32 device_columns(const device_weight &w) { return w.block > 1 ? w.block_columns : w.columns; }

// The canonical number of what lies at `index`; −1 for padding, and beyond the end.
DEVICE long canonical_index(const device_weight &w, u32 index) {
    u32 input = index % w.padded_inputs, rest = index / w.padded_inputs;
    u32 column = rest % device_columns(w);
    rest /= device_columns(w);
    u32 row = rest % device_rows(w);
    rest /= device_rows(w);
    const u32 within = rest % w.padded_outputs, tower = rest / w.padded_outputs;
    if (w.block > 1) {
        const u32 tap = input / w.inputs;
        input -= tap * w.inputs;
        if (tap >= (u32)(w.block * w.block)) return -1;
        row = row * w.block + tap / w.block;
        column = column * w.block + tap % w.block;
    }
    if (within >= (u32)w.tower_outputs || input >= (u32)w.inputs || row >= (u32)w.rows || column >= (u32)w.columns)
        return -1;
    const u32 output = tower * w.tower_outputs + within;
    if (output >= (u32)w.outputs) return -1;
    return (((long)output * w.inputs + input) * w.rows + row) * w.columns + column;
}

// Whether all its numbers are real.
DEVICE bool is_whole(const device_weight &w) {
    return w.block <= 1 && w.padded_inputs == w.inputs && w.padded_outputs == w.tower_outputs;
}

// Numbers of it on the device, padding included.
DEVICE long device_count(const device_weight &w) {
    return (long)(w.outputs / w.tower_outputs) * w.padded_outputs * device_rows(w) * device_columns(w) *
           w.padded_inputs;
}

// MARK: Random numbers

// Philox4x32-10 (Salmon et al. 2011), the words of philox4x32.
DEVICE uint4 philox(uint4 c, u32 k0, u32 k1) {
#pragma unroll
    for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
        const u32 high0 = __umulhi(0xD2511F53u, c.x), high1 = __umulhi(0xCD9E8D57u, c.z);
        c = make_uint4(high1 ^ c.y ^ k0, 0xCD9E8D57u * c.z, high0 ^ c.w ^ k1, 0xD2511F53u * c.x);
    }
    return c;
}
