// Numbers as the libraries store and round them.

#ifndef FAKE_CUDA_ELEMENT_H
#define FAKE_CUDA_ELEMENT_H

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fake {

enum class element { bf16, fp32 };

inline size_t bytes_of(element type) { return type == element::bf16 ? 2 : 4; }

inline float from_bf16(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

// To nearest, ties to even.
inline uint16_t to_bf16(float value) {
    uint32_t bits = std::bit_cast<uint32_t>(value);
    if (std::isnan(value)) return 0x7fff;
    return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// 10 bits of mantissa: to nearest, ties away from 0, as the matrix units take fp32 operands.
inline float to_tf32(float value) {
    if (!std::isfinite(value)) return value;
    return std::bit_cast<float>((std::bit_cast<uint32_t>(value) + 0x1000) & 0xffffe000);
}

inline float load(element type, const void *base, size_t index) {
    return type == element::bf16 ? from_bf16(static_cast<const uint16_t *>(base)[index])
                                 : static_cast<const float *>(base)[index];
}

inline void store(element type, void *base, size_t index, float value) {
    if (type == element::bf16) static_cast<uint16_t *>(base)[index] = to_bf16(value);
    else static_cast<float *>(base)[index] = value;
}

} // namespace fake

#endif
