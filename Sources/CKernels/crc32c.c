#include "crc32c.h"
#include <string.h>

static uint32_t table[256];

// Before main, so that no reader ever sees it half filled.
__attribute__((constructor)) static void crc32c_fill_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
        table[byte] = crc;
    }
}

uint32_t crc32c_extend_portable(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *p = bytes;
    crc = ~crc;
    while (count--) crc = table[(crc ^ *p++) & 0xFF] ^ crc >> 8;
    return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t extend_sse42(uint32_t crc, const uint8_t *p, size_t count) {
    uint64_t wide = (uint32_t)~crc;
    for (; count >= 8; p += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        wide = _mm_crc32_u64(wide, word);
    }
    crc = (uint32_t)wide;
    while (count--) crc = _mm_crc32_u8(crc, *p++);
    return ~crc;
}

uint32_t crc32c_extend(uint32_t crc, const void *bytes, size_t count) {
    if (__builtin_cpu_supports("sse4.2")) return extend_sse42(crc, bytes, count);
    return crc32c_extend_portable(crc, bytes, count);
}
#else
uint32_t crc32c_extend(uint32_t crc, const void *bytes, size_t count) {
    return crc32c_extend_portable(crc, bytes, count);
}
#endif
