#include "memory.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>

#include "graphs.h"
#include "streams.h"

namespace fake {

namespace {

const size_t guard_bytes = 4096;
const unsigned char blank = 0xff;

struct allocation {
    cuda_context context;
    size_t bytes;
    size_t charged; // against the device's memory
    unsigned char *base;
    std::thread::id owner;
};

std::map<cuda_address, allocation> allocations;

struct host_range {
    size_t bytes;
    bool registered;
};

std::map<const char *, host_range> pinned;

void check_guard(cuda_address address, const allocation &memory, const unsigned char *guard, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        if (guard[i] == blank) continue;
        long offset = guard + i - reinterpret_cast<unsigned char *>(address);
        fatal_mistake("something wrote outside of an allocation of %zu bytes: at offset %ld", memory.bytes, offset);
        memset(const_cast<unsigned char *>(guard), blank, bytes);
        return;
    }
}

void check_guards(cuda_address address, const allocation &memory) {
    size_t used = guard_bytes + memory.bytes, whole = guard_bytes + (memory.bytes + 511) / 512 * 512 + guard_bytes;
    check_guard(address, memory, memory.base, guard_bytes);
    check_guard(address, memory, memory.base + used, whole - used);
}

// Releases what an entry of `allocations` describes.
void release(std::map<cuda_address, allocation>::iterator found) {
    check_guards(found->first, found->second);
    found->second.context->used -= found->second.charged;
    free(found->second.base);
    allocations.erase(found);
}

} // namespace

bool is_device_memory(cuda_address address, size_t bytes) {
    auto after = allocations.upper_bound(address);
    if (after == allocations.begin()) return false;
    auto &[start, memory] = *std::prev(after);
    return address - start <= memory.bytes && bytes <= memory.bytes - (address - start);
}

bool is_pinned(const void *pointer, size_t bytes) {
    auto after = pinned.upper_bound(static_cast<const char *>(pointer));
    if (after == pinned.begin()) return false;
    auto &[start, range] = *std::prev(after);
    size_t offset = static_cast<const char *>(pointer) - start;
    return offset <= range.bytes && bytes <= range.bytes - offset;
}

void check_guards() {
    for (auto &[address, memory] : allocations) check_guards(address, memory);
}

void report_leaks(cuda_context context) {
    for (auto next = allocations.begin(); next != allocations.end();) {
        auto found = next++;
        if (found->second.context != context) continue;
        mistake("%zu bytes of device %d were never freed", found->second.bytes, context->number);
        release(found);
    }
}

} // namespace fake

using namespace fake;

cuda_result cuMemGetInfo_v2(size_t *free, size_t *total) {
    ENTER_CONTEXT("cuMemGetInfo_v2");
    *total = current_context()->memory;
    *free = *total - current_context()->used;
    return 0;
}

cuda_result cuMemAlloc_v2(cuda_address *address, size_t bytes) {
    ENTER_CONTEXT("cuMemAlloc_v2");
    if (int unsafe = forbid_while_capturing()) return unsafe;
    if (!bytes) return 1;
    auto context = current_context();
    size_t charged = (bytes + 511) / 512 * 512;
    if (charged > context->memory - context->used) return CUDA_OUT_OF_MEMORY;
    auto base = static_cast<unsigned char *>(aligned_alloc(4096, (charged + 2 * guard_bytes + 4095) / 4096 * 4096));
    if (!base) return CUDA_OUT_OF_MEMORY;
    memset(base, blank, charged + 2 * guard_bytes);
    context->used += charged;
    *address = reinterpret_cast<cuda_address>(base + guard_bytes);
    allocations[*address] = {context, bytes, charged, base, std::this_thread::get_id()};
    return 0;
}

// Waits, as the driver does.
cuda_result cuMemFree_v2(cuda_address address) {
    ENTER("cuMemFree_v2");
    if (int unsafe = forbid_while_capturing()) return unsafe;
    if (!address) return 0;
    auto found = allocations.find(address);
    if (found == allocations.end()) {
        mistake("freed twice, or never allocated: device address %#llx", static_cast<unsigned long long>(address));
        return 1;
    }
    drain(found->second.context);
    release(found);
    return sticky_error();
}

cuda_result cuMemHostAlloc(void **pointer, size_t bytes, unsigned flags) {
    ENTER_CONTEXT("cuMemHostAlloc");
    if (int unsafe = forbid_while_capturing()) return unsafe;
    if (!bytes || flags > 7) return 1;
    *pointer = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
    if (!*pointer) return CUDA_OUT_OF_MEMORY;
    memset(*pointer, blank, bytes);
    pinned[static_cast<char *>(*pointer)] = {bytes, false};
    return 0;
}

cuda_result cuMemFreeHost(void *pointer) {
    ENTER("cuMemFreeHost");
    auto found = pinned.find(static_cast<char *>(pointer));
    if (found == pinned.end() || found->second.registered) {
        mistake("freed twice, or never allocated: host memory at %p", pointer);
        return 1;
    }
    drain_all();
    pinned.erase(found);
    free(pointer);
    return 0;
}

cuda_result cuMemHostRegister_v2(void *pointer, size_t bytes, unsigned) {
    ENTER_CONTEXT("cuMemHostRegister_v2");
    if (!pointer || !bytes) return 1;
    if (is_pinned(pointer, 1) || is_pinned(static_cast<char *>(pointer) + bytes - 1, 1)) return 712;
    pinned[static_cast<char *>(pointer)] = {bytes, true};
    return 0;
}

cuda_result cuMemHostUnregister(void *pointer) {
    ENTER("cuMemHostUnregister");
    auto found = pinned.find(static_cast<char *>(pointer));
    if (found == pinned.end() || !found->second.registered) {
        mistake("unregistered twice, or never registered: host memory at %p", pointer);
        return 713;
    }
    drain_all();
    pinned.erase(found);
    return 0;
}

// What this thread has allocated on devices and not freed.
EXPORTED long fake_cuda_live_allocations(void) {
    std::lock_guard locked(device_lock());
    long count = 0;
    for (auto &[_, memory] : allocations) count += memory.owner == std::this_thread::get_id();
    return count;
}
