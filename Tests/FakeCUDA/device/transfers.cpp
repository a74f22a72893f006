// Copies and fills. Pinned host memory is read and written when the stream comes to it. Pageable memory is what the
// driver makes of it: read before the call returns, written before the call returns.

#include <cstring>
#include <memory>
#include <vector>

#include "memory.h"
#include "streams.h"

using namespace fake;

namespace {

unsigned char *bytes_at(cuda_address address) { return reinterpret_cast<unsigned char *>(address); }

int check(cuda_address address, size_t bytes, const char *doing) {
    if (is_device_memory(address, bytes)) return 0;
    mistake("%s %zu bytes that do not lie in one allocation", doing, bytes);
    return 1;
}

} // namespace

cuda_result cuMemcpyHtoDAsync_v2(cuda_address to, const void *from, size_t bytes, cuda_stream handle) {
    ENTER_CONTEXT("cuMemcpyHtoDAsync_v2");
    if (!bytes) return 0;
    if (int wrong = check(to, bytes, "copying to the device")) return wrong;
    auto stream = live_stream(handle);
    if (!stream) return 400;
    if (is_pinned(from, bytes) || stream->capturing) {
        return enqueue(handle, [=] { memcpy(bytes_at(to), from, bytes); });
    }
    auto first = static_cast<const unsigned char *>(from);
    auto staged = std::make_shared<std::vector<unsigned char>>(first, first + bytes);
    return enqueue(handle, [=] { memcpy(bytes_at(to), staged->data(), bytes); });
}

cuda_result cuMemcpyDtoHAsync_v2(void *to, cuda_address from, size_t bytes, cuda_stream handle) {
    ENTER_CONTEXT("cuMemcpyDtoHAsync_v2");
    if (!bytes) return 0;
    if (int wrong = check(from, bytes, "copying from the device")) return wrong;
    auto stream = live_stream(handle);
    if (!stream) return 400;
    if (int refused = enqueue(handle, [=] { memcpy(to, bytes_at(from), bytes); })) return refused;
    if (!is_pinned(to, bytes)) drain(stream);
    return 0;
}

cuda_result cuMemcpyDtoDAsync_v2(cuda_address to, cuda_address from, size_t bytes, cuda_stream stream) {
    ENTER_CONTEXT("cuMemcpyDtoDAsync_v2");
    if (!bytes) return 0;
    if (int wrong = check(to, bytes, "copying on the device, to")) return wrong;
    if (int wrong = check(from, bytes, "copying on the device, from")) return wrong;
    return enqueue(stream, [=] { memmove(bytes_at(to), bytes_at(from), bytes); });
}

cuda_result cuMemsetD8Async(cuda_address address, unsigned char value, size_t bytes, cuda_stream stream) {
    ENTER_CONTEXT("cuMemsetD8Async");
    if (!bytes) return 0;
    if (int wrong = check(address, bytes, "filling")) return wrong;
    return enqueue(stream, [=] { memset(bytes_at(address), value, bytes); });
}
