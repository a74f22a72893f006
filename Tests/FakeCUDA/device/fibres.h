// Runs the threads of a block. They follow one another as plain calls on one stack; only a thread that waits (for a
// barrier, for its warp) keeps that stack, and the rest goes on with another. Kernels without barriers never switch.

#ifndef FAKE_CUDA_FIBRES_H
#define FAKE_CUDA_FIBRES_H

#include "emulation.h"

namespace fake {

// Runs one block to its end. `machine` has block, block_size and grid_size set; `backwards` is the order of the threads.
void run_block(emulated_multiprocessor &machine, const emulated_kernel &kernel, void **arguments, bool backwards);

// What a module's kernels call.
void barrier(int line);
unsigned long long exchange(emulated_exchange, unsigned mask, unsigned long long value, int lane, int line);
void fail(const char *what, int line);

} // namespace fake

#endif
