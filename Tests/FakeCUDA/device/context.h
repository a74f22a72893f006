// The devices that there are, and their primary contexts.

#ifndef FAKE_CUDA_CONTEXT_H
#define FAKE_CUDA_CONTEXT_H

#include "exports.h"
#include "faults.h"

// One device and its context. Handles of devices are indices among the visible ones.
struct cuda_context_s {
    int number; // among all, visible or not
    int retained = 0;
    size_t memory; // bytes
    size_t used = 0;
};

namespace fake {

// Major and minor.
struct capability {
    int major, minor;
};
capability device_capability();

// The calling thread's context; its errors are those of context_error().
cuda_context current_context();

// Why this thread cannot use a context now, or 0: not initialised, none is current, it is gone, or an error killed it.
int context_error();

} // namespace fake

// As ENTER, in a function that needs a context.
#define ENTER_CONTEXT(symbol) \
    ENTER(symbol); \
    if (int missing = fake::context_error()) return missing

#endif
