// cuDNN's handle, and the execution of plans.

#include <set>

#include "cudnn_engines.h"
#include "memory.h"
#include "streams.h"

struct cudnn_s {
    cuda_stream stream = nullptr;
};

namespace fake {

namespace {

std::set<cudnn_handle> handles;

// Where the pack says that a tensor lies; null after a refusal.
void *place(const descriptor &pack, const tensor &tensor) {
    for (int64_t i = 0; i < pack.attributes.at(CUDNN_PACK_UNIQUE_IDS).count; i++) {
        if (pack.value<int64_t>(CUDNN_PACK_UNIQUE_IDS, i) != tensor.id) continue;
        auto address = pack.value<cuda_address>(CUDNN_PACK_POINTERS, i);
        if (address % tensor.alignment) {
            refuse(cudnn_misaligned, "tensor %ld is not aligned to %ld bytes", long(tensor.id), long(tensor.alignment));
            return nullptr;
        }
        if (!is_device_memory(address, tensor.extent())) {
            mistake("a convolution's tensor %ld lies in no allocation", long(tensor.id));
            refuse(cudnn_bad, "tensor %ld lies in no allocation", long(tensor.id));
            return nullptr;
        }
        return reinterpret_cast<void *>(address);
    }
    refuse(cudnn_bad, "tensor %ld is not in the variant pack", long(tensor.id));
    return nullptr;
}

} // namespace
} // namespace fake

using namespace fake;

size_t cudnnGetVersion(void) { return 91900; }

size_t cudnnGetCudartVersion(void) { return 13000; }

const char *cudnnGetErrorString(int status) {
    switch (status) {
    case 0: return "CUDNN_STATUS_SUCCESS";
    case 1001: return "CUDNN_STATUS_NOT_INITIALIZED";
    case 1002: return "CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH";
    case 1008: return "CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED";
    case 2000: return "CUDNN_STATUS_BAD_PARAM";
    case 2002: return "CUDNN_STATUS_BAD_PARAM_NULL_POINTER";
    case 2003: return "CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER";
    case 2004: return "CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED";
    case 2008: return "CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH";
    case 2009: return "CUDNN_STATUS_BAD_PARAM_DUPLICATED_ENTRIES";
    case 2010: return "CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE";
    case 3000: return "CUDNN_STATUS_NOT_SUPPORTED";
    case 3001: return "CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN";
    case 3002: return "CUDNN_STATUS_NOT_SUPPORTED_SHAPE";
    case 3003: return "CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE";
    case 3004: return "CUDNN_STATUS_NOT_SUPPORTED_LAYOUT";
    case 4000: return "CUDNN_STATUS_INTERNAL_ERROR";
    case 4004: return "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED";
    case 5000: return "CUDNN_STATUS_EXECUTION_FAILED";
    case 5001: return "CUDNN_STATUS_EXECUTION_FAILED_CUDA_DRIVER";
    default: return "CUDNN_STATUS_UNKNOWN";
    }
}

int cudnnCreate(cudnn_handle *handle) {
    ENTER("cudnnCreate");
    if (context_error()) return refuse(cudnn_not_initialized, "no context is current");
    *handle = new cudnn_s;
    handles.insert(*handle);
    return cudnn_done;
}

int cudnnDestroy(cudnn_handle handle) {
    ENTER("cudnnDestroy");
    if (!handles.erase(handle)) {
        mistake("destroyed a cuDNN handle that is none, or no longer");
        return cudnn_bad;
    }
    delete handle;
    return cudnn_done;
}

int cudnnSetStream(cudnn_handle handle, cuda_stream stream) {
    ENTER("cudnnSetStream");
    if (!handles.contains(handle) || !live_stream(stream)) return cudnn_bad;
    handle->stream = stream;
    return cudnn_done;
}

int cudnnBackendExecute(cudnn_handle handle, cudnn_descriptor plan_handle, cudnn_descriptor pack_handle) {
    ENTER("cudnnBackendExecute");
    if (!handles.contains(handle)) return refuse(cudnn_bad, "no handle");
    if (context_error()) return refuse(cudnn_failed, "the device has failed");
    auto plan = finalized_descriptor(plan_handle, CUDNN_EXECUTION_PLAN);
    auto pack = finalized_descriptor(pack_handle, CUDNN_VARIANT_PACK);
    if (!plan || !pack) return refuse(cudnn_not_finalized, "plan or variant pack are not finalized");
    if (plan->value<cudnn_handle>(CUDNN_PLAN_HANDLE) != handle) return refuse(cudnn_bad, "the plan was built for another handle");
    auto &configuration = plan->part(CUDNN_PLAN_ENGINE_CONFIG);
    engine_choice choice = choice_of(configuration);
    auto work = configuration.part(CUDNN_CONFIG_ENGINE).part(CUDNN_ENGINE_GRAPH).work;
    void *x = place(*pack, work->x), *w = place(*pack, work->w), *y = place(*pack, work->y), *bias = nullptr;
    if (!x || !w || !y) return cudnn_bad;
    if (work->has_bias && !(bias = place(*pack, work->bias))) return cudnn_bad;
    auto workspace = pack->value<void *>(CUDNN_PACK_WORKSPACE);
    if (choice.workspace && !is_device_memory(reinterpret_cast<cuda_address>(workspace), choice.workspace)) {
        mistake("a convolution needs %ld bytes of workspace that do not lie in one allocation", long(choice.workspace));
        return refuse(cudnn_bad, "workspace");
    }
    int refused = enqueue(handle->stream, [=] {
        if (choice.workspace) memset(workspace, 0xee, choice.workspace);
        work->run(x, w, y, bias, choice.tf32, choice.splits);
    });
    return refused ? refuse(cudnn_failed, "the driver says %d", refused) : cudnn_done;
}
