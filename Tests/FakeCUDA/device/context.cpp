// Devices by environment: FAKE_CUDA_DEVICES (1), FAKE_CUDA_MEMORY (bytes, 4 GiB), FAKE_CUDA_CAPABILITY (9.0), and
// CUDA_VISIBLE_DEVICES as the driver reads it. They are read at cuInit.

#include "context.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "memory.h"
#include "streams.h"

namespace fake {

namespace {

std::deque<cuda_context_s> all;
std::vector<cuda_context> visible;
bool initialized;
thread_local cuda_context current;

cuda_uuid uuid_of(int number) {
    return {{static_cast<unsigned char>(0xa0 + number), 0x4e, 0xc0, 0xda, 0x5f, 0x1b, 0x4d, 0x02, 0x8c, 0x33, 0x6a, 0x97,
             0x20, 0xe8, 0x71, static_cast<unsigned char>(number)}};
}

std::string text_of(cuda_uuid uuid) {
    std::string text = "GPU-";
    for (int i = 0; i < 16; i++) {
        char digits[3];
        snprintf(digits, sizeof digits, "%02x", uuid.bytes[i]);
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += digits;
    }
    return text;
}

// An index, or a beginning of one device's UUID; -1 otherwise.
int chosen(const std::string &entry) {
    if (entry.starts_with("GPU-")) {
        int found = -1;
        for (auto &device : all) {
            if (!text_of(uuid_of(device.number)).starts_with(entry)) continue;
            if (found >= 0) return -1;
            found = device.number;
        }
        return found;
    }
    char *end;
    long index = strtol(entry.c_str(), &end, 10);
    return entry.empty() || *end || index < 0 || index >= static_cast<long>(all.size()) ? -1 : static_cast<int>(index);
}

// Entries after a bad one vanish, and with a device named twice there is none.
void choose(const char *wanted) {
    if (!wanted) {
        for (auto &device : all) visible.push_back(&device);
        return;
    }
    std::string rest = wanted;
    while (!rest.empty()) {
        auto comma = rest.find(',');
        int number = chosen(rest.substr(0, comma));
        if (number < 0) return;
        for (auto device : visible) {
            if (device->number == number) return visible.clear();
        }
        visible.push_back(&all[number]);
        rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
    }
}

size_t number_from(const char *variable, size_t otherwise) {
    const char *text = getenv(variable);
    return text ? strtoull(text, nullptr, 10) : otherwise;
}

cuda_context device(int index) {
    return index >= 0 && index < static_cast<int>(visible.size()) ? visible[index] : nullptr;
}

} // namespace

capability device_capability() {
    capability value = {9, 0};
    if (const char *text = getenv("FAKE_CUDA_CAPABILITY")) sscanf(text, "%d.%d", &value.major, &value.minor);
    return value;
}

cuda_context current_context() { return current; }

int context_error() {
    if (!initialized) return 3;
    if (int sticky = sticky_error()) return sticky;
    if (!current) return 201;
    return current->retained ? 0 : 709;
}

} // namespace fake

using namespace fake;

cuda_result cuInit(unsigned flags) {
    ENTER("cuInit");
    if (flags) return 1;
    if (!initialized) {
        size_t memory = number_from("FAKE_CUDA_MEMORY", size_t(4) << 30);
        int count = static_cast<int>(number_from("FAKE_CUDA_DEVICES", 1));
        for (int i = 0; i < count; i++) all.push_back({.number = i, .memory = memory});
        choose(getenv("CUDA_VISIBLE_DEVICES"));
        initialized = true;
    }
    return visible.empty() ? CUDA_NO_DEVICE : 0;
}

cuda_result cuDriverGetVersion(int *version) {
    ENTER("cuDriverGetVersion");
    *version = static_cast<int>(number_from("FAKE_CUDA_DRIVER", 13000));
    return 0;
}

#define ENTER_DEVICE(symbol, index) \
    ENTER(symbol); \
    if (!initialized) return 3; \
    cuda_context found = device(index); \
    if (!found) return 101

cuda_result cuDeviceGetCount(int *count) {
    ENTER("cuDeviceGetCount");
    if (!initialized) return 3;
    *count = static_cast<int>(visible.size());
    return 0;
}

cuda_result cuDeviceGet(cuda_device *handle, int index) {
    ENTER_DEVICE("cuDeviceGet", index);
    *handle = index;
    return 0;
}

cuda_result cuDeviceGetName(char *name, int capacity, cuda_device index) {
    ENTER_DEVICE("cuDeviceGetName", index);
    snprintf(name, capacity, "Fake GPU %d", found->number);
    return 0;
}

cuda_result cuDeviceGetUuid_v2(cuda_uuid *uuid, cuda_device index) {
    ENTER_DEVICE("cuDeviceGetUuid_v2", index);
    *uuid = uuid_of(found->number);
    return 0;
}

cuda_result cuDeviceTotalMem_v2(size_t *bytes, cuda_device index) {
    ENTER_DEVICE("cuDeviceTotalMem_v2", index);
    *bytes = found->memory;
    return 0;
}

cuda_result cuDeviceGetAttribute(int *value, int attribute, cuda_device index) {
    ENTER_DEVICE("cuDeviceGetAttribute", index);
    // CUdevice_attribute: threads of a block, shared memory of a block, warp, multiprocessors, L2, threads of a
    // multiprocessor, capability, shared memory that a block may ask for.
    static const std::map<int, int> others = {{1, 1024}, {8, 49152}, {10, 32}, {CUDA_ATTRIBUTE_MULTIPROCESSORS, 4},
                                              {38, 50 << 20}, {39, 2048}, {97, 232448}};
    if (attribute == CUDA_ATTRIBUTE_CAPABILITY_MAJOR) *value = device_capability().major;
    else if (attribute == CUDA_ATTRIBUTE_CAPABILITY_MINOR) *value = device_capability().minor;
    else if (auto known = others.find(attribute); known != others.end()) *value = known->second;
    else return 1;
    return 0;
}

cuda_result cuDevicePrimaryCtxRetain(cuda_context *context, cuda_device index) {
    ENTER_DEVICE("cuDevicePrimaryCtxRetain", index);
    if (int sticky = sticky_error()) return sticky;
    found->retained++;
    *context = found;
    return 0;
}

cuda_result cuDevicePrimaryCtxRelease_v2(cuda_device index) {
    ENTER_DEVICE("cuDevicePrimaryCtxRelease_v2", index);
    if (!found->retained) {
        mistake("device %d's context was released more often than retained", index);
        return 201;
    }
    if (--found->retained) return 0;
    drain(found);
    check_guards();
    report_leaks(found);
    forget_sticky_error();
    return 0;
}

cuda_result cuCtxSetCurrent(cuda_context context) {
    ENTER("cuCtxSetCurrent");
    if (!initialized) return 3;
    if (context && !context->retained) return 709;
    current = context;
    return 0;
}
