// Large buffers on huge pages: a training step walks hundreds of megabytes, and 4 KiB pages cost 10 to 15 % of it.
#pragma once
#include <stddef.h>

/// Zeroed, 2 MiB-aligned, transparent huge pages asked for. Null if the system has no memory.
void *pages_allocate(size_t bytes);
void pages_free(void *memory, size_t bytes);
