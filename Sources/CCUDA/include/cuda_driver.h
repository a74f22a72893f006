// What we use of NVIDIA's driver (libcuda.so.1) and of its run-time compiler (libnvrtc), in declarations of our own: no
// CUDA headers are needed to build, and a machine without a driver runs the same program. Names, types and numbers are
// those of cuda.h 12 and 13; functions whose ABI changed carry the suffix under which the driver exports them.

#ifndef CUDA_DRIVER_H
#define CUDA_DRIVER_H

#include <stddef.h>
#include <stdint.h>

typedef int cuda_result; // CUresult: 0 is success
typedef int cuda_device; // CUdevice
typedef uint64_t cuda_address; // CUdeviceptr
typedef struct cuda_context_s *cuda_context;
typedef struct cuda_stream_s *cuda_stream;
typedef struct cuda_event_s *cuda_event;
typedef struct cuda_module_s *cuda_module;
typedef struct cuda_function_s *cuda_function;
typedef struct cuda_graph_s *cuda_graph;
typedef struct cuda_graph_exec_s *cuda_graph_exec;

typedef struct cuda_uuid {
    unsigned char bytes[16];
} cuda_uuid;

// CUresult.
enum {
    CUDA_SUCCESS = 0,
    CUDA_OUT_OF_MEMORY = 2,
    CUDA_STUB_LIBRARY = 34,
    CUDA_DEVICE_UNAVAILABLE = 46,
    CUDA_NO_DEVICE = 100,
    CUDA_INVALID_IMAGE = 200,
    CUDA_NO_BINARY_FOR_GPU = 209,
    CUDA_ECC_UNCORRECTABLE = 214,
    CUDA_INVALID_PTX = 218,
    CUDA_NVLINK_UNCORRECTABLE = 220,
    CUDA_UNSUPPORTED_PTX_VERSION = 222,
    CUDA_CONTAINED = 226,
    CUDA_NOT_READY = 600,
    CUDA_ILLEGAL_ADDRESS = 700,
    CUDA_SYSTEM_NOT_READY = 802,
    CUDA_SYSTEM_DRIVER_MISMATCH = 803,
    CUDA_COMPAT_NOT_SUPPORTED = 804,
};

// CUdevice_attribute.
enum {
    CUDA_ATTRIBUTE_MULTIPROCESSORS = 16,
    CUDA_ATTRIBUTE_CAPABILITY_MAJOR = 75,
    CUDA_ATTRIBUTE_CAPABILITY_MINOR = 76,
};

enum {
    CUDA_HOST_PORTABLE = 1,          // CU_MEMHOSTALLOC_PORTABLE, CU_MEMHOSTREGISTER_PORTABLE
    CUDA_STREAM_NON_BLOCKING = 1,
    CUDA_EVENT_BLOCKING_SYNC = 1,
    CUDA_EVENT_DISABLE_TIMING = 2,
    CUDA_CAPTURE_THREAD_LOCAL = 1,
};

typedef struct cuda_driver {
    cuda_result (*init)(unsigned flags);
    cuda_result (*driver_version)(int *version); // 1000 · major + 10 · minor
    cuda_result (*error_name)(cuda_result, const char **);
    cuda_result (*error_string)(cuda_result, const char **);

    cuda_result (*device_count)(int *);
    cuda_result (*device_get)(cuda_device *, int index);
    cuda_result (*device_name)(char *name, int capacity, cuda_device);
    cuda_result (*device_uuid)(cuda_uuid *, cuda_device);
    cuda_result (*device_memory)(size_t *bytes, cuda_device);
    cuda_result (*device_attribute)(int *value, int attribute, cuda_device);

    cuda_result (*context_retain)(cuda_context *, cuda_device); // the device's primary context
    cuda_result (*context_release)(cuda_device);
    cuda_result (*context_set_current)(cuda_context);

    cuda_result (*memory_info)(size_t *free, size_t *total);
    cuda_result (*memory_allocate)(cuda_address *, size_t bytes);
    cuda_result (*memory_free)(cuda_address);
    cuda_result (*host_allocate)(void **, size_t bytes, unsigned flags);
    cuda_result (*host_free)(void *);
    cuda_result (*host_register)(void *, size_t bytes, unsigned flags);
    cuda_result (*host_unregister)(void *);
    cuda_result (*copy_to_device)(cuda_address, const void *, size_t bytes, cuda_stream);
    cuda_result (*copy_to_host)(void *, cuda_address, size_t bytes, cuda_stream);
    cuda_result (*copy_on_device)(cuda_address to, cuda_address from, size_t bytes, cuda_stream);
    cuda_result (*fill_bytes)(cuda_address, unsigned char, size_t bytes, cuda_stream);

    cuda_result (*stream_create)(cuda_stream *, unsigned flags);
    cuda_result (*stream_destroy)(cuda_stream);
    cuda_result (*stream_synchronize)(cuda_stream);
    cuda_result (*stream_wait)(cuda_stream, cuda_event, unsigned flags);
    cuda_result (*event_create)(cuda_event *, unsigned flags);
    cuda_result (*event_destroy)(cuda_event);
    cuda_result (*event_record)(cuda_event, cuda_stream);
    cuda_result (*event_query)(cuda_event);
    cuda_result (*event_synchronize)(cuda_event);
    cuda_result (*event_elapsed)(float *milliseconds, cuda_event start, cuda_event end);

    cuda_result (*module_load)(cuda_module *, const void *image);
    cuda_result (*module_unload)(cuda_module);
    cuda_result (*module_function)(cuda_function *, cuda_module, const char *name);
    cuda_result (*launch)(cuda_function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                          unsigned block_y, unsigned block_z, unsigned shared_bytes, cuda_stream, void **arguments,
                          void **extra);

    cuda_result (*capture_begin)(cuda_stream, int mode);
    cuda_result (*capture_end)(cuda_stream, cuda_graph *);
    cuda_result (*graph_instantiate)(cuda_graph_exec *, cuda_graph, unsigned long long flags);
    cuda_result (*graph_launch)(cuda_graph_exec, cuda_stream);
    cuda_result (*graph_exec_destroy)(cuda_graph_exec);
    cuda_result (*graph_destroy)(cuda_graph);
} cuda_driver;

// Fills the table from an open libcuda.so.1. Returns the name of the first symbol that is missing, or NULL.
const char *cuda_driver_bind(void *library, cuda_driver *driver);

typedef struct nvrtc_program_s *nvrtc_program;

// nvrtcResult: 0 is success, 6 a compilation error, whose text is in the program's log.
typedef struct nvrtc {
    int (*version)(int *major, int *minor);
    const char *(*error_string)(int);
    int (*create)(nvrtc_program *, const char *source, const char *name, int headers, const char *const *header_texts,
                  const char *const *include_names);
    int (*destroy)(nvrtc_program *);
    int (*compile)(nvrtc_program, int options, const char *const *texts);
    int (*binary_size)(nvrtc_program, size_t *); // nvrtcGetCUBINSize
    int (*binary)(nvrtc_program, char *);        // nvrtcGetCUBIN
    int (*log_size)(nvrtc_program, size_t *);
    int (*log)(nvrtc_program, char *);
} nvrtc;

const char *nvrtc_bind(void *library, nvrtc *compiler);

#endif
