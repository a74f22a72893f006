// What the fake compiler gives for a cubin, and the fake driver loads: this head, then a shared object.

#ifndef FAKE_CUDA_BINARY_H
#define FAKE_CUDA_BINARY_H

#include <cstdint>

namespace fake {

struct binary_head {
    char magic[8]; // "FAKECUB1"
    uint64_t bytes; // of the shared object
    uint64_t sum; // of its bytes: binary_sum
    int architecture; // 90 for sm_90
    int reserved;
};

inline uint64_t binary_sum(const char *bytes, uint64_t count) {
    uint64_t sum = 0xcbf29ce484222325;
    for (uint64_t i = 0; i < count; i++) sum = (sum ^ static_cast<unsigned char>(bytes[i])) * 0x100000001b3;
    return sum;
}

} // namespace fake

#endif
