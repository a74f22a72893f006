// Kernels in a preprocessed source.

#ifndef FAKE_CUDA_KERNEL_TEXT_H
#define FAKE_CUDA_KERNEL_TEXT_H

#include <string>

namespace fake {

// What to append so that the driver finds each `__global__` function of the source, with its launch bounds. And replaces
// `extern __shared__ T name[];` by a pointer to the launch's dynamic shared memory.
std::string with_kernel_table(const std::string &preprocessed);

// A number of 32 digits that is the text's own (FNV-1a, twice).
std::string digest(const std::string &text);

} // namespace fake

#endif
