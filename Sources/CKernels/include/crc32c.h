// CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected; RFC 3720 section 12.1): the checksum of TFRecord files.
// SSE4.2's instruction where the CPU has it, else a table; both give the same number.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The CRC of some bytes followed by `count` bytes at `bytes`, where `crc` is that of the former (0 for none).
uint32_t crc32c_extend(uint32_t crc, const void *bytes, size_t count);

/// The same by table on every CPU.
uint32_t crc32c_extend_portable(uint32_t crc, const void *bytes, size_t count);
