// Device memory is host memory between two guard zones, filled with bytes that are NaN as bf16, float and double. What is
// written beside an allocation is found at the next free or synchronisation; what is read before it is written shows as NaN.

#ifndef FAKE_CUDA_MEMORY_H
#define FAKE_CUDA_MEMORY_H

#include "context.h"

namespace fake {

// Whether these bytes lie in one live allocation.
bool is_device_memory(cuda_address address, size_t bytes);
// Whether the device copies from and to them by itself: allocated or registered.
bool is_pinned(const void *pointer, size_t bytes);

void check_guards();
// What a released context still holds goes; each is a mistake.
void report_leaks(cuda_context context);

} // namespace fake

#endif
