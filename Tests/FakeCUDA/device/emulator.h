// CUDA C++ as far as our kernels use it, for a CPU: goes in front of a kernel's source. What is missing here is missing on
// purpose or not needed yet: a kernel that uses it does not compile. There are no float atomics, whose order is nobody's.
//
// __global__, __launch_bounds__ and __shared__ are left for the compiler's second pass, which reads them (kernel_text.h).
// All shared variables lie in one section, which is filled with NaN before each block.

#ifndef FAKE_CUDA_EMULATOR_H
#define FAKE_CUDA_EMULATOR_H

#include "emulation.h"

#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(bytes) __attribute__((aligned(bytes)))

typedef __SIZE_TYPE__ size_t;

extern "C" {
void *memcpy(void *, const void *, size_t);
void *memset(void *, int, size_t);
int printf(const char *, ...);
}

#include "emulator_math.h"
#include "emulator_vectors.h"

__attribute__((visibility("hidden"))) inline emulated_multiprocessor emulated_machine;

#define threadIdx (emulated_machine.thread)
#define blockIdx (emulated_machine.block)
#define blockDim (emulated_machine.block_size)
#define gridDim (emulated_machine.grid_size)
static const int warpSize = 32;

// MARK: - Waiting for one another

inline void __syncthreads(int line = __builtin_LINE()) { emulated_machine.barrier(line); }
inline void __syncwarp(unsigned mask = ~0u, int line = __builtin_LINE()) {
    emulated_machine.exchange(EMULATED_WARP_BARRIER, mask, 0, 0, line);
}
inline void __threadfence() {}
inline void __threadfence_block() {}

// What every thread of the block says, in one unsigned of the block's own.
template <int> struct emulated_vote {
    static inline unsigned count;
};
inline int __syncthreads_count(int predicate, int line = __builtin_LINE()) {
    unsigned &count = emulated_vote<0>::count;
    emulated_machine.barrier(line);
    count = 0;
    emulated_machine.barrier(line);
    count += predicate != 0;
    emulated_machine.barrier(line);
    return static_cast<int>(count);
}
inline int __syncthreads_or(int predicate, int line = __builtin_LINE()) {
    return __syncthreads_count(predicate, line) != 0;
}
inline int __syncthreads_and(int predicate, int line = __builtin_LINE()) {
    return !__syncthreads_count(!predicate, line);
}

// MARK: - Warps

inline int emulated_lane() {
    auto &machine = emulated_machine;
    unsigned rank = (machine.thread.z * machine.block_size.y + machine.thread.y) * machine.block_size.x + machine.thread.x;
    return static_cast<int>(rank % 32);
}

template <class T> T emulated_shuffle(unsigned mask, T value, int lane, int line) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles take 4 or 8 bytes");
    unsigned long long bits = 0;
    memcpy(&bits, &value, sizeof value);
    bits = emulated_machine.exchange(EMULATED_SHUFFLE, mask, bits, lane, line);
    memcpy(&value, &bits, sizeof value);
    return value;
}

// As in PTX: lanes in groups of `width`; who would read outside of its group gets its own value.
template <class T> T __shfl_sync(unsigned mask, T value, int lane, int width = 32, int line = __builtin_LINE()) {
    int first = emulated_lane() & -width;
    return emulated_shuffle(mask, value, first + (lane & (width - 1)), line);
}
template <class T> T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32, int line = __builtin_LINE()) {
    int own = emulated_lane(), lane = own ^ bits, last = (own & -width) + width - 1;
    return emulated_shuffle(mask, value, lane > last ? own : lane, line);
}
template <class T> T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = 32, int line = __builtin_LINE()) {
    int own = emulated_lane(), lane = own + static_cast<int>(by), last = (own & -width) + width - 1;
    return emulated_shuffle(mask, value, lane > last ? own : lane, line);
}
template <class T> T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = 32, int line = __builtin_LINE()) {
    int own = emulated_lane(), lane = own - static_cast<int>(by), first = own & -width;
    return emulated_shuffle(mask, value, lane < first ? own : lane, line);
}

inline unsigned __ballot_sync(unsigned mask, int predicate, int line = __builtin_LINE()) {
    return static_cast<unsigned>(emulated_machine.exchange(EMULATED_BALLOT, mask, predicate != 0, 0, line));
}
inline int __any_sync(unsigned mask, int predicate, int line = __builtin_LINE()) {
    return __ballot_sync(mask, predicate, line) != 0;
}
inline int __all_sync(unsigned mask, int predicate, int line = __builtin_LINE()) {
    return __ballot_sync(mask, !predicate, line) == 0;
}

// MARK: - Atomics: one thread runs at a time

typedef unsigned long long emulated_long;
template <class T> T emulated_replace(T *address, T value) {
    T old = *address;
    *address = value;
    return old;
}
#define EMULATED_ATOMIC(T, name, result) \
    inline T name(T *address, T value) { return emulated_replace(address, static_cast<T>(result)); }
#define EMULATED_ATOMICS(T) \
    EMULATED_ATOMIC(T, atomicAdd, *address + value) \
    EMULATED_ATOMIC(T, atomicMax, *address < value ? value : *address) \
    EMULATED_ATOMIC(T, atomicMin, value < *address ? value : *address) \
    EMULATED_ATOMIC(T, atomicOr, *address | value) \
    EMULATED_ATOMIC(T, atomicAnd, *address & value) \
    EMULATED_ATOMIC(T, atomicXor, *address ^ value) \
    EMULATED_ATOMIC(T, atomicExch, value) \
    inline T atomicCAS(T *address, T expected, T value) { \
        return emulated_replace(address, *address == expected ? value : *address); \
    }
EMULATED_ATOMICS(int)
EMULATED_ATOMICS(unsigned)
EMULATED_ATOMICS(emulated_long)
inline int atomicSub(int *address, int value) { return atomicAdd(address, -value); }
inline unsigned atomicSub(unsigned *address, unsigned value) { return atomicAdd(address, 0u - value); }

// MARK: - Memory and ends

template <class T> T __ldg(const T *address) { return *address; }
template <class T> T __ldcg(const T *address) { return *address; }
template <class T> T __ldcs(const T *address) { return *address; }
template <class T> void __stcg(T *address, T value) { *address = value; }
template <class T> void __stcs(T *address, T value) { *address = value; }
inline void __trap(int line = __builtin_LINE()) { emulated_machine.fail("__trap()", line); }
#define assert(condition) ((condition) ? (void)0 : emulated_machine.fail("assertion failed: " #condition, __LINE__))

// MARK: - What the driver finds

template <class T, T... Index> struct emulated_sequence {};

template <auto Kernel> struct emulated_entry;
template <class... Parameters, void (*Kernel)(Parameters...)> struct emulated_entry<Kernel> {
    static constexpr unsigned sizes[] = {sizeof(Parameters)..., 0};

    template <size_t... Index> static void spread(void **arguments, emulated_sequence<size_t, Index...>) {
        Kernel(*static_cast<Parameters *>(arguments[Index])...);
    }
    static void call(void **arguments) {
        spread(arguments, __make_integer_seq<emulated_sequence, size_t, sizeof...(Parameters)>());
    }
    static constexpr emulated_kernel described(const char *name, unsigned bound) {
        return {name, call, sizes, sizeof...(Parameters), bound};
    }
};

constexpr unsigned emulated_first(unsigned first, ...) { return first; }

extern "C" {
__attribute__((weak, visibility("hidden"))) extern char __start_emulated_shared[], __stop_emulated_shared[];
}

#endif
