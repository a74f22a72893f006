#define _GNU_SOURCE
#include "pages.h"
#include <stdint.h>
#include <sys/mman.h>

enum { huge = 2 << 20 };

static size_t rounded(size_t bytes) { return (bytes + huge - 1) & ~(size_t)(huge - 1); }

void *pages_allocate(size_t bytes) {
    size_t size = rounded(bytes ? bytes : 1);
    char *mapped = mmap(0, size + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return 0;
    char *start = (char *)(((uintptr_t)mapped + huge - 1) & ~(uintptr_t)(huge - 1));
    if (start > mapped) munmap(mapped, (size_t)(start - mapped));
    if (mapped + huge > start) munmap(start + size, (size_t)(mapped + huge - start));
    madvise(start, size, MADV_HUGEPAGE);
    return start;
}

void pages_free(void *memory, size_t bytes) {
    if (memory) munmap(memory, rounded(bytes ? bytes : 1));
}
