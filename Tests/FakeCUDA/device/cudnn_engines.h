// The engines that there are: their numbers, what they say of themselves, their knobs and what they need.

#ifndef FAKE_CUDA_CUDNN_ENGINES_H
#define FAKE_CUDA_CUDNN_ENGINES_H

#include "cudnn_descriptors.h"

namespace fake {

// A configuration, ready to run.
struct engine_choice {
    int64_t engine = 0;
    bool tf32 = false;
    int splits = 1;
    int64_t workspace = 0;
};

// Of a finalized configuration.
engine_choice choice_of(const descriptor &configuration);

} // namespace fake

#endif
