// Between the fake driver and a kernel that was compiled for the CPU: included by both.

#ifndef FAKE_CUDA_EMULATION_H
#define FAKE_CUDA_EMULATION_H

struct emulated_index {
    unsigned x, y, z;
};

// What the threads of a warp do together.
enum emulated_exchange { EMULATED_SHUFFLE, EMULATED_BALLOT, EMULATED_WARP_BARRIER };

// A module's variables that the driver writes, and what the module calls.
struct emulated_multiprocessor {
    emulated_index thread, block, block_size, grid_size;
    void *dynamic_shared;
    // Waits for the whole block.
    void (*barrier)(int line);
    // Waits for the lanes in `mask`. Shuffle: the value of lane `lane`. Ballot: a bit for each lane whose value is not 0.
    unsigned long long (*exchange)(emulated_exchange, unsigned mask, unsigned long long value, int lane, int line);
    // Ends the process with a word on what is wrong.
    void (*fail)(const char *what, int line);
};

// A kernel: its parameters' sizes, and itself with every argument by address.
struct emulated_kernel {
    const char *name;
    void (*call)(void **arguments);
    const unsigned *sizes;
    unsigned parameters;
    // Threads that __launch_bounds__ allows, or 0.
    unsigned bound;
};

// What a module exports, from emulated_contents().
struct emulated_module {
    emulated_multiprocessor *machine;
    const emulated_kernel *kernels;
    unsigned kernel_count;
    // All its __shared__ variables.
    char *shared, *shared_end;
};

#endif
