#include <dlfcn.h>
#include <string.h>

#include "cuda_driver.h"
#include "cuda_libraries.h"

// A symbol and where in the table its address goes. Data and functions have pointers of one size here (POSIX dlsym).
struct symbol {
    const char *name;
    size_t offset;
};

static const char *bind(void *library, const struct symbol *symbols, size_t count, void *table) {
    for (size_t i = 0; i < count; i++) {
        void *address = dlsym(library, symbols[i].name);
        if (!address) return symbols[i].name;
        memcpy((char *)table + symbols[i].offset, &address, sizeof address);
    }
    return NULL;
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

const char *cuda_driver_bind(void *library, cuda_driver *driver) {
#define ENTRY(field, name) {name, offsetof(cuda_driver, field)}
    static const struct symbol symbols[] = {
        ENTRY(init, "cuInit"),
        ENTRY(driver_version, "cuDriverGetVersion"),
        ENTRY(error_name, "cuGetErrorName"),
        ENTRY(error_string, "cuGetErrorString"),
        ENTRY(device_count, "cuDeviceGetCount"),
        ENTRY(device_get, "cuDeviceGet"),
        ENTRY(device_name, "cuDeviceGetName"),
        ENTRY(device_uuid, "cuDeviceGetUuid_v2"),
        ENTRY(device_memory, "cuDeviceTotalMem_v2"),
        ENTRY(device_attribute, "cuDeviceGetAttribute"),
        ENTRY(context_retain, "cuDevicePrimaryCtxRetain"),
        ENTRY(context_release, "cuDevicePrimaryCtxRelease_v2"),
        ENTRY(context_set_current, "cuCtxSetCurrent"),
        ENTRY(memory_info, "cuMemGetInfo_v2"),
        ENTRY(memory_allocate, "cuMemAlloc_v2"),
        ENTRY(memory_free, "cuMemFree_v2"),
        ENTRY(host_allocate, "cuMemHostAlloc"),
        ENTRY(host_free, "cuMemFreeHost"),
        ENTRY(host_register, "cuMemHostRegister_v2"),
        ENTRY(host_unregister, "cuMemHostUnregister"),
        ENTRY(copy_to_device, "cuMemcpyHtoDAsync_v2"),
        ENTRY(copy_to_host, "cuMemcpyDtoHAsync_v2"),
        ENTRY(copy_on_device, "cuMemcpyDtoDAsync_v2"),
        ENTRY(fill_bytes, "cuMemsetD8Async"),
        ENTRY(stream_create, "cuStreamCreate"),
        ENTRY(stream_destroy, "cuStreamDestroy_v2"),
        ENTRY(stream_synchronize, "cuStreamSynchronize"),
        ENTRY(stream_wait, "cuStreamWaitEvent"),
        ENTRY(event_create, "cuEventCreate"),
        ENTRY(event_destroy, "cuEventDestroy_v2"),
        ENTRY(event_record, "cuEventRecord"),
        ENTRY(event_query, "cuEventQuery"),
        ENTRY(event_synchronize, "cuEventSynchronize"),
        ENTRY(event_elapsed, "cuEventElapsedTime"),
        ENTRY(module_load, "cuModuleLoadData"),
        ENTRY(module_unload, "cuModuleUnload"),
        ENTRY(module_function, "cuModuleGetFunction"),
        ENTRY(launch, "cuLaunchKernel"),
        ENTRY(capture_begin, "cuStreamBeginCapture_v2"),
        ENTRY(capture_end, "cuStreamEndCapture"),
        ENTRY(graph_instantiate, "cuGraphInstantiateWithFlags"),
        ENTRY(graph_launch, "cuGraphLaunch"),
        ENTRY(graph_exec_destroy, "cuGraphExecDestroy"),
        ENTRY(graph_destroy, "cuGraphDestroy"),
    };
#undef ENTRY
    return bind(library, symbols, COUNT(symbols), driver);
}

const char *nvrtc_bind(void *library, nvrtc *compiler) {
#define ENTRY(field, name) {name, offsetof(nvrtc, field)}
    static const struct symbol symbols[] = {
        ENTRY(version, "nvrtcVersion"),
        ENTRY(error_string, "nvrtcGetErrorString"),
        ENTRY(create, "nvrtcCreateProgram"),
        ENTRY(destroy, "nvrtcDestroyProgram"),
        ENTRY(compile, "nvrtcCompileProgram"),
        ENTRY(binary_size, "nvrtcGetCUBINSize"),
        ENTRY(binary, "nvrtcGetCUBIN"),
        ENTRY(log_size, "nvrtcGetProgramLogSize"),
        ENTRY(log, "nvrtcGetProgramLog"),
    };
#undef ENTRY
    return bind(library, symbols, COUNT(symbols), compiler);
}

const char *cublaslt_bind(void *library, cublaslt *blas) {
#define ENTRY(field, name) {name, offsetof(cublaslt, field)}
    static const struct symbol symbols[] = {
        ENTRY(version, "cublasLtGetVersion"),
        ENTRY(create, "cublasLtCreate"),
        ENTRY(destroy, "cublasLtDestroy"),
        ENTRY(matmul_create, "cublasLtMatmulDescCreate"),
        ENTRY(matmul_set, "cublasLtMatmulDescSetAttribute"),
        ENTRY(matmul_destroy, "cublasLtMatmulDescDestroy"),
        ENTRY(layout_create, "cublasLtMatrixLayoutCreate"),
        ENTRY(layout_destroy, "cublasLtMatrixLayoutDestroy"),
        ENTRY(preference_create, "cublasLtMatmulPreferenceCreate"),
        ENTRY(preference_set, "cublasLtMatmulPreferenceSetAttribute"),
        ENTRY(preference_destroy, "cublasLtMatmulPreferenceDestroy"),
        ENTRY(heuristic, "cublasLtMatmulAlgoGetHeuristic"),
        ENTRY(matmul, "cublasLtMatmul"),
        ENTRY(status_name, "cublasLtGetStatusName"),
    };
#undef ENTRY
    return bind(library, symbols, COUNT(symbols), blas);
}

const char *cudnn_bind(void *library, cudnn *networks) {
#define ENTRY(field, name) {name, offsetof(cudnn, field)}
    static const struct symbol symbols[] = {
        ENTRY(version, "cudnnGetVersion"),
        ENTRY(runtime_version, "cudnnGetCudartVersion"),
        ENTRY(error_string, "cudnnGetErrorString"),
        ENTRY(last_error, "cudnnGetLastErrorString"),
        ENTRY(create, "cudnnCreate"),
        ENTRY(destroy, "cudnnDestroy"),
        ENTRY(set_stream, "cudnnSetStream"),
        ENTRY(descriptor_create, "cudnnBackendCreateDescriptor"),
        ENTRY(descriptor_destroy, "cudnnBackendDestroyDescriptor"),
        ENTRY(set_attribute, "cudnnBackendSetAttribute"),
        ENTRY(get_attribute, "cudnnBackendGetAttribute"),
        ENTRY(finalize, "cudnnBackendFinalize"),
        ENTRY(execute, "cudnnBackendExecute"),
    };
#undef ENTRY
    return bind(library, symbols, COUNT(symbols), networks);
}
