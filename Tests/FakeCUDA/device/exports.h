// Declares every function that the program binds, each with the type that the program's own table gives it: a
// definition here that differs from what is called there does not compile.

#ifndef FAKE_CUDA_EXPORTS_H
#define FAKE_CUDA_EXPORTS_H

#include <type_traits>

#include "../../../Sources/CCUDA/include/cuda_driver.h"
#include "../../../Sources/CCUDA/include/cuda_libraries.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))
#define EXPORT(table, field, symbol) EXPORTED std::remove_pointer_t<decltype(table::field)> symbol

EXPORT(cuda_driver, init, cuInit);
EXPORT(cuda_driver, driver_version, cuDriverGetVersion);
EXPORT(cuda_driver, error_name, cuGetErrorName);
EXPORT(cuda_driver, error_string, cuGetErrorString);
EXPORT(cuda_driver, device_count, cuDeviceGetCount);
EXPORT(cuda_driver, device_get, cuDeviceGet);
EXPORT(cuda_driver, device_name, cuDeviceGetName);
EXPORT(cuda_driver, device_uuid, cuDeviceGetUuid_v2);
EXPORT(cuda_driver, device_memory, cuDeviceTotalMem_v2);
EXPORT(cuda_driver, device_attribute, cuDeviceGetAttribute);
EXPORT(cuda_driver, context_retain, cuDevicePrimaryCtxRetain);
EXPORT(cuda_driver, context_release, cuDevicePrimaryCtxRelease_v2);
EXPORT(cuda_driver, context_set_current, cuCtxSetCurrent);
EXPORT(cuda_driver, memory_info, cuMemGetInfo_v2);
EXPORT(cuda_driver, memory_allocate, cuMemAlloc_v2);
EXPORT(cuda_driver, memory_free, cuMemFree_v2);
EXPORT(cuda_driver, host_allocate, cuMemHostAlloc);
EXPORT(cuda_driver, host_free, cuMemFreeHost);
EXPORT(cuda_driver, host_register, cuMemHostRegister_v2);
EXPORT(cuda_driver, host_unregister, cuMemHostUnregister);
EXPORT(cuda_driver, copy_to_device, cuMemcpyHtoDAsync_v2);
EXPORT(cuda_driver, copy_to_host, cuMemcpyDtoHAsync_v2);
EXPORT(cuda_driver, copy_on_device, cuMemcpyDtoDAsync_v2);
EXPORT(cuda_driver, fill_bytes, cuMemsetD8Async);
EXPORT(cuda_driver, stream_create, cuStreamCreate);
EXPORT(cuda_driver, stream_destroy, cuStreamDestroy_v2);
EXPORT(cuda_driver, stream_synchronize, cuStreamSynchronize);
EXPORT(cuda_driver, stream_wait, cuStreamWaitEvent);
EXPORT(cuda_driver, event_create, cuEventCreate);
EXPORT(cuda_driver, event_destroy, cuEventDestroy_v2);
EXPORT(cuda_driver, event_record, cuEventRecord);
EXPORT(cuda_driver, event_query, cuEventQuery);
EXPORT(cuda_driver, event_synchronize, cuEventSynchronize);
EXPORT(cuda_driver, event_elapsed, cuEventElapsedTime);
EXPORT(cuda_driver, module_load, cuModuleLoadData);
EXPORT(cuda_driver, module_unload, cuModuleUnload);
EXPORT(cuda_driver, module_function, cuModuleGetFunction);
EXPORT(cuda_driver, launch, cuLaunchKernel);
EXPORT(cuda_driver, capture_begin, cuStreamBeginCapture_v2);
EXPORT(cuda_driver, capture_end, cuStreamEndCapture);
EXPORT(cuda_driver, graph_instantiate, cuGraphInstantiateWithFlags);
EXPORT(cuda_driver, graph_launch, cuGraphLaunch);
EXPORT(cuda_driver, graph_exec_destroy, cuGraphExecDestroy);
EXPORT(cuda_driver, graph_destroy, cuGraphDestroy);

EXPORT(nvrtc, version, nvrtcVersion);
EXPORT(nvrtc, error_string, nvrtcGetErrorString);
EXPORT(nvrtc, create, nvrtcCreateProgram);
EXPORT(nvrtc, destroy, nvrtcDestroyProgram);
EXPORT(nvrtc, compile, nvrtcCompileProgram);
EXPORT(nvrtc, binary_size, nvrtcGetCUBINSize);
EXPORT(nvrtc, binary, nvrtcGetCUBIN);
EXPORT(nvrtc, log_size, nvrtcGetProgramLogSize);
EXPORT(nvrtc, log, nvrtcGetProgramLog);

EXPORT(cublaslt, version, cublasLtGetVersion);
EXPORT(cublaslt, create, cublasLtCreate);
EXPORT(cublaslt, destroy, cublasLtDestroy);
EXPORT(cublaslt, matmul_create, cublasLtMatmulDescCreate);
EXPORT(cublaslt, matmul_set, cublasLtMatmulDescSetAttribute);
EXPORT(cublaslt, matmul_destroy, cublasLtMatmulDescDestroy);
EXPORT(cublaslt, layout_create, cublasLtMatrixLayoutCreate);
EXPORT(cublaslt, layout_destroy, cublasLtMatrixLayoutDestroy);
EXPORT(cublaslt, preference_create, cublasLtMatmulPreferenceCreate);
EXPORT(cublaslt, preference_set, cublasLtMatmulPreferenceSetAttribute);
EXPORT(cublaslt, preference_destroy, cublasLtMatmulPreferenceDestroy);
EXPORT(cublaslt, heuristic, cublasLtMatmulAlgoGetHeuristic);
EXPORT(cublaslt, matmul, cublasLtMatmul);
EXPORT(cublaslt, status_name, cublasLtGetStatusName);

EXPORT(cudnn, version, cudnnGetVersion);
EXPORT(cudnn, runtime_version, cudnnGetCudartVersion);
EXPORT(cudnn, error_string, cudnnGetErrorString);
EXPORT(cudnn, last_error, cudnnGetLastErrorString);
EXPORT(cudnn, create, cudnnCreate);
EXPORT(cudnn, destroy, cudnnDestroy);
EXPORT(cudnn, set_stream, cudnnSetStream);
EXPORT(cudnn, descriptor_create, cudnnBackendCreateDescriptor);
EXPORT(cudnn, descriptor_destroy, cudnnBackendDestroyDescriptor);
EXPORT(cudnn, set_attribute, cudnnBackendSetAttribute);
EXPORT(cudnn, get_attribute, cudnnBackendGetAttribute);
EXPORT(cudnn, finalize, cudnnBackendFinalize);
EXPORT(cudnn, execute, cudnnBackendExecute);

#endif
