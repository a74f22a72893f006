// Modules, which are shared objects that nvrtc.cpp has made, and launches of their kernels.

#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include "binary.h"
#include "fibres.h"
#include "graphs.h"
#include "memory.h"
#include "streams.h"

namespace fake {

namespace {

// A loaded shared object. Launches that wait in streams keep it.
struct image {
    int file = -1; // kept open: the loader knows objects by their names, and this is its name
    void *object = nullptr;
    emulated_module contents = {};

    ~image() {
        if (object) dlclose(object);
        if (file >= 0) close(file);
    }
};

} // namespace
} // namespace fake

struct cuda_function_s {
    std::shared_ptr<fake::image> image;
    const emulated_kernel *kernel;
};

struct cuda_module_s {
    std::shared_ptr<fake::image> image;
    std::vector<std::unique_ptr<cuda_function_s>> functions;
};

namespace fake {

namespace {

std::set<cuda_module> modules;
std::set<cuda_function> functions;

int load(const char *bytes, image &into) {
    binary_head head;
    if (strncmp(bytes, "FAKECUB1", 8)) return CUDA_INVALID_IMAGE;
    memcpy(&head, bytes, sizeof head);
    bytes += sizeof head;
    if (binary_sum(bytes, head.bytes) != head.sum) return CUDA_INVALID_IMAGE;
    auto [major, minor] = device_capability();
    if (head.architecture / 10 != major || head.architecture % 10 > minor) return CUDA_NO_BINARY_FOR_GPU;

    into.file = memfd_create("fake-cubin", MFD_CLOEXEC);
    for (uint64_t done = 0; done < head.bytes;) {
        ssize_t written = write(into.file, bytes + done, head.bytes - done);
        if (written <= 0) return CUDA_OUT_OF_MEMORY;
        done += static_cast<uint64_t>(written);
    }
    into.object = dlopen(("/proc/self/fd/" + std::to_string(into.file)).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!into.object) {
        mistake("a module cannot be loaded: %s", dlerror());
        return CUDA_INVALID_IMAGE;
    }
    into.contents = reinterpret_cast<emulated_module (*)()>(dlsym(into.object, "emulated_contents"))();
    into.contents.machine->barrier = barrier;
    into.contents.machine->exchange = exchange;
    into.contents.machine->fail = fail;
    return 0;
}

// Blocks run from the last to the first, and the threads of every other one too: nobody may count on an
// order.
void run_grid(const image &image, const emulated_kernel &kernel, emulated_index grid, emulated_index size,
              unsigned dynamic_bytes, void **arguments) {
    std::vector<double> dynamic((dynamic_bytes + 15) / 16 * 2);
    auto &machine = *image.contents.machine;
    machine.grid_size = grid;
    machine.block_size = size;
    machine.dynamic_shared = dynamic.data();
    uint64_t blocks = uint64_t(grid.x) * grid.y * grid.z;
    for (uint64_t left = blocks; left-- > 0;) {
        machine.block = {static_cast<unsigned>(left % grid.x), static_cast<unsigned>(left / grid.x % grid.y),
                         static_cast<unsigned>(left / grid.x / grid.y)};
        memset(image.contents.shared, 0xff, image.contents.shared_end - image.contents.shared);
        memset(dynamic.data(), 0xff, dynamic.size() * sizeof(double));
        run_block(machine, kernel, arguments, left % 2 == 0);
    }
}

// Copies of a launch's arguments, each at 16 bytes' alignment.
struct argument_copies {
    std::vector<long double> bytes;
    std::vector<void *> places;

    argument_copies(const emulated_kernel &kernel, void **arguments) {
        size_t units = 0;
        for (unsigned i = 0; i < kernel.parameters; i++)
            units += (kernel.sizes[i] + 15) / 16;
        bytes.resize(units);
        size_t next = 0;
        for (unsigned i = 0; i < kernel.parameters; i++) {
            places.push_back(&bytes[next]);
            memcpy(places.back(), arguments[i], kernel.sizes[i]);
            next += (kernel.sizes[i] + 15) / 16;
        }
    }
};

} // namespace
} // namespace fake

using namespace fake;

cuda_result cuModuleLoadData(cuda_module *module, const void *bytes) {
    ENTER_CONTEXT("cuModuleLoadData");
    auto loaded = std::make_shared<image>();
    if (int refused = load(static_cast<const char *>(bytes), *loaded)) return refused;
    *module = new cuda_module_s{loaded, {}};
    modules.insert(*module);
    return 0;
}

cuda_result cuModuleUnload(cuda_module module) {
    ENTER("cuModuleUnload");
    if (!modules.erase(module)) {
        mistake("unloaded a module that is none, or no longer");
        return 400;
    }
    for (auto &function : module->functions)
        functions.erase(function.get());
    delete module;
    return sticky_error();
}

cuda_result cuModuleGetFunction(cuda_function *function, cuda_module module, const char *name) {
    ENTER_CONTEXT("cuModuleGetFunction");
    if (!modules.contains(module)) return 400;
    auto &contents = module->image->contents;
    for (unsigned i = 0; i < contents.kernel_count; i++) {
        auto &kernel = contents.kernels[i];
        if (!kernel.name || strcmp(kernel.name, name)) continue;
        module->functions.push_back(
            std::make_unique<cuda_function_s>(cuda_function_s{module->image, &kernel}));
        *function = module->functions.back().get();
        functions.insert(*function);
        return 0;
    }
    return 500;
}

cuda_result cuLaunchKernel(cuda_function function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                           unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                           cuda_stream stream, void **arguments, void **extra) {
    ENTER_CONTEXT("cuLaunchKernel");
    if (!functions.contains(function)) {
        mistake("launched a function that is none, or whose module is gone");
        return 400;
    }
    auto &kernel = *function->kernel;
    unsigned long long threads = 1ull * block_x * block_y * block_z;
    if (extra) return 801;
    if (!threads || threads > 1024 || block_z > 64 || !grid_x || !grid_y || !grid_z || grid_x > 0x7fffffff ||
        grid_y > 65535 || grid_z > 65535 || shared_bytes > 48 << 10 ||
        (kernel.parameters && !arguments)) {
        mistake(
            "%s cannot be launched with a grid of %u x %u x %u blocks of %u x %u x %u threads and %u bytes",
            kernel.name, grid_x, grid_y, grid_z, block_x, block_y, block_z, shared_bytes);
        return 1;
    }
    if (kernel.bound && threads > kernel.bound) {
        mistake("%s has launch bounds of %u threads, not %llu", kernel.name, kernel.bound, threads);
        return 1;
    }
    auto copies = std::make_shared<argument_copies>(kernel, arguments);
    return enqueue(stream, [=, image = function->image, kernel = function->kernel] {
        run_grid(*image, *kernel, {grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared_bytes,
                 copies->places.data());
    });
}
