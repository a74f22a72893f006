// What we use of cuBLASLt and of cuDNN 9's backend ("graph") interface, in declarations of our own. Numbers are those of
// cublasLt.h 12 and 13 and of cudnn_graph.h 9.

#ifndef CUDA_LIBRARIES_H
#define CUDA_LIBRARIES_H

#include "cuda_driver.h"

// MARK: cuBLASLt

typedef struct cublaslt_s *cublaslt_handle;
typedef struct cublaslt_opaque *cublaslt_object; // descriptions, layouts and preferences, which the library allocates

// cublasLtMatmulAlgo_t and cublasLtMatmulHeuristicResult_t.
typedef struct cublaslt_algorithm {
    uint64_t data[8];
} cublaslt_algorithm;

typedef struct cublaslt_candidate {
    cublaslt_algorithm algorithm;
    size_t workspace;
    int state; // 0: usable
    float waves;
    int reserved[4];
} cublaslt_candidate;

enum {
    CUBLAS_COMPUTE_32F = 68,
    CUBLAS_COMPUTE_32F_FAST_TF32 = 77,
    CUDA_R_32F = 0,
    CUDA_R_16BF = 14,
    CUBLAS_OP_N = 0,
    CUBLAS_OP_T = 1,
    CUBLASLT_TRANSA = 3,
    CUBLASLT_TRANSB = 4,
    CUBLASLT_EPILOGUE = 7,
    CUBLASLT_BIAS_POINTER = 8,
    CUBLASLT_BIAS_TYPE = 26,
    CUBLASLT_EPILOGUE_DEFAULT = 1,
    CUBLASLT_EPILOGUE_BIAS = 4,
    CUBLASLT_EPILOGUE_RELU_BIAS = 6,
    CUBLASLT_PREFERENCE_WORKSPACE = 1,
    CUBLASLT_PREFERENCE_REDUCTION_SCHEME = 3,
    CUBLASLT_PREFERENCE_ALIGNMENT_A = 5,
    CUBLASLT_PREFERENCE_ALIGNMENT_B = 6,
    CUBLASLT_PREFERENCE_ALIGNMENT_C = 7,
    CUBLASLT_PREFERENCE_ALIGNMENT_D = 8,
    CUBLASLT_REDUCTION_COMPUTE_TYPE = 2,
};

typedef struct cublaslt {
    size_t (*version)(void);
    int (*create)(cublaslt_handle *);
    int (*destroy)(cublaslt_handle);
    int (*matmul_create)(cublaslt_object *, int compute_type, int scale_type);
    int (*matmul_set)(cublaslt_object, int attribute, const void *, size_t bytes);
    int (*matmul_destroy)(cublaslt_object);
    int (*layout_create)(cublaslt_object *, int type, uint64_t rows, uint64_t columns, int64_t leading);
    int (*layout_destroy)(cublaslt_object);
    int (*preference_create)(cublaslt_object *);
    int (*preference_set)(cublaslt_object, int attribute, const void *, size_t bytes);
    int (*preference_destroy)(cublaslt_object);
    int (*heuristic)(cublaslt_handle, cublaslt_object matmul, cublaslt_object a, cublaslt_object b, cublaslt_object c,
                     cublaslt_object d, cublaslt_object preference, int wanted, cublaslt_candidate *, int *found);
    int (*matmul)(cublaslt_handle, cublaslt_object matmul, const void *alpha, const void *a, cublaslt_object a_layout,
                  const void *b, cublaslt_object b_layout, const void *beta, const void *c, cublaslt_object c_layout,
                  void *d, cublaslt_object d_layout, const cublaslt_algorithm *, void *workspace, size_t workspace_bytes,
                  cuda_stream);
    const char *(*status_name)(int);
} cublaslt;

// Fills the table from an open libcublasLt. Returns the name of the first symbol that is missing, or NULL.
const char *cublaslt_bind(void *library, cublaslt *blas);

// MARK: cuDNN

typedef struct cudnn_s *cudnn_handle;
typedef void *cudnn_descriptor;

// cudnnBackendDescriptorType_t.
enum {
    CUDNN_POINTWISE = 0,
    CUDNN_CONVOLUTION = 1,
    CUDNN_ENGINE = 2,
    CUDNN_ENGINE_CONFIG = 3,
    CUDNN_ENGINE_HEURISTIC = 4,
    CUDNN_EXECUTION_PLAN = 5,
    CUDNN_KNOB_CHOICE = 7,
    CUDNN_OPERATION_CONVOLUTION_FORWARD = 10,
    CUDNN_OPERATION_CONVOLUTION_BACKWARD_FILTER = 11,
    CUDNN_OPERATION_CONVOLUTION_BACKWARD_DATA = 12,
    CUDNN_OPERATION_POINTWISE = 13,
    CUDNN_OPERATION_GRAPH = 15,
    CUDNN_VARIANT_PACK = 16,
    CUDNN_TENSOR = 17,
    CUDNN_DEVICE_PROPERTIES = 38,
};

// cudnnBackendAttributeType_t.
enum {
    CUDNN_TYPE_HANDLE = 0,
    CUDNN_TYPE_DATA_TYPE = 1,
    CUDNN_TYPE_BOOLEAN = 2, // one byte
    CUDNN_TYPE_INT64 = 3,
    CUDNN_TYPE_FLOAT = 4,
    CUDNN_TYPE_VOID_PTR = 6,
    CUDNN_TYPE_CONVOLUTION_MODE = 7,
    CUDNN_TYPE_HEURISTIC_MODE = 8,
    CUDNN_TYPE_KNOB_TYPE = 9,
    CUDNN_TYPE_NAN_PROPAGATION = 10,
    CUDNN_TYPE_NUMERICAL_NOTE = 11,
    CUDNN_TYPE_POINTWISE_MODE = 14,
    CUDNN_TYPE_DESCRIPTOR = 15,
    CUDNN_TYPE_BEHAVIOR_NOTE = 19,
    CUDNN_TYPE_INT32 = 23,
    CUDNN_TYPE_CHAR = 24,
};

// cudnnBackendAttributeName_t.
enum {
    CUDNN_POINTWISE_MODE = 0,
    CUDNN_POINTWISE_MATH_PRECISION = 1,
    CUDNN_POINTWISE_NAN_PROPAGATION = 2,
    CUDNN_CONVOLUTION_COMPUTE_TYPE = 100,
    CUDNN_CONVOLUTION_MODE = 101,
    CUDNN_CONVOLUTION_DILATIONS = 102,
    CUDNN_CONVOLUTION_STRIDES = 103,
    CUDNN_CONVOLUTION_POST_PADDINGS = 104,
    CUDNN_CONVOLUTION_PRE_PADDINGS = 105,
    CUDNN_CONVOLUTION_SPATIAL_DIMENSIONS = 106,
    CUDNN_HEURISTIC_MODE = 200,
    CUDNN_HEURISTIC_GRAPH = 201,
    CUDNN_HEURISTIC_RESULTS = 202,
    CUDNN_HEURISTIC_DEVICE_PROPERTIES = 204,
    CUDNN_CONFIG_ENGINE = 300,
    CUDNN_CONFIG_KNOB_CHOICES = 302,
    CUDNN_CONFIG_WORKSPACE = 303,
    CUDNN_PLAN_HANDLE = 400,
    CUDNN_PLAN_ENGINE_CONFIG = 401,
    CUDNN_PLAN_WORKSPACE = 402,
    CUDNN_PLAN_DEVICE_PROPERTIES = 407,
    CUDNN_KNOB_CHOICE_TYPE = 600,
    CUDNN_KNOB_CHOICE_VALUE = 601,
    CUDNN_FORWARD_ALPHA = 700,
    CUDNN_FORWARD_BETA = 701,
    CUDNN_FORWARD_CONVOLUTION = 702,
    CUDNN_FORWARD_W = 703,
    CUDNN_FORWARD_X = 704,
    CUDNN_FORWARD_Y = 705,
    CUDNN_BACKWARD_DATA_ALPHA = 706,
    CUDNN_BACKWARD_DATA_BETA = 707,
    CUDNN_BACKWARD_DATA_CONVOLUTION = 708,
    CUDNN_BACKWARD_DATA_W = 709,
    CUDNN_BACKWARD_DATA_DX = 710,
    CUDNN_BACKWARD_DATA_DY = 711,
    CUDNN_BACKWARD_FILTER_ALPHA = 712,
    CUDNN_BACKWARD_FILTER_BETA = 713,
    CUDNN_BACKWARD_FILTER_CONVOLUTION = 714,
    CUDNN_BACKWARD_FILTER_DW = 715,
    CUDNN_BACKWARD_FILTER_X = 716,
    CUDNN_BACKWARD_FILTER_DY = 717,
    CUDNN_POINTWISE_DESCRIPTOR = 750,
    CUDNN_POINTWISE_X = 751,
    CUDNN_POINTWISE_B = 752,
    CUDNN_POINTWISE_Y = 753,
    CUDNN_GRAPH_HANDLE = 800,
    CUDNN_GRAPH_OPERATIONS = 801,
    CUDNN_TENSOR_ALIGNMENT = 900,
    CUDNN_TENSOR_DATA_TYPE = 901,
    CUDNN_TENSOR_DIMENSIONS = 902,
    CUDNN_TENSOR_STRIDES = 903,
    CUDNN_TENSOR_UNIQUE_ID = 906,
    CUDNN_TENSOR_IS_VIRTUAL = 907,
    CUDNN_PACK_UNIQUE_IDS = 1000,
    CUDNN_PACK_POINTERS = 1001,
    CUDNN_PACK_WORKSPACE = 1003,
    CUDNN_ENGINE_GRAPH = 1300,
    CUDNN_ENGINE_INDEX = 1301,
    CUDNN_ENGINE_NUMERICAL_NOTES = 1303,
    CUDNN_ENGINE_BEHAVIOR_NOTES = 1305,
    CUDNN_ENGINE_DEVICE_PROPERTIES = 1307,
    CUDNN_DEVICE_ID = 2700,
    CUDNN_DEVICE_HANDLE = 2701,
    CUDNN_DEVICE_JSON = 2702,
};

enum {
    CUDNN_DATA_FLOAT = 0,
    CUDNN_DATA_BFLOAT16 = 9,
    CUDNN_CROSS_CORRELATION = 1,
    CUDNN_POINTWISE_ADD = 0,
    CUDNN_POINTWISE_RELU_FORWARD = 100,
    CUDNN_HEURISTIC_FALLBACK = 2,
    CUDNN_HEURISTIC_A = 3,
    CUDNN_NOTE_TENSOR_CORE = 0,
    CUDNN_NOTE_DOWN_CONVERT = 1,
    CUDNN_NOTE_REDUCED_PRECISION = 2,
    CUDNN_NOTE_FFT = 3,
    CUDNN_NOTE_NONDETERMINISTIC = 4,
    CUDNN_NOTE_WINOGRAD = 5,
    CUDNN_BEHAVIOR_RUNTIME_COMPILATION = 0,
};

// cudnnStatus_t: 0 is success.
typedef struct cudnn {
    size_t (*version)(void);         // 10000 · major + 100 · minor + patch
    size_t (*runtime_version)(void); // cudnnGetCudartVersion: of the CUDA that it was built for
    const char *(*error_string)(int);
    void (*last_error)(char *text, size_t capacity);
    int (*create)(cudnn_handle *);
    int (*destroy)(cudnn_handle);
    int (*set_stream)(cudnn_handle, cuda_stream);
    int (*descriptor_create)(int type, cudnn_descriptor *);
    int (*descriptor_destroy)(cudnn_descriptor);
    int (*set_attribute)(cudnn_descriptor, int name, int type, int64_t count, const void *);
    int (*get_attribute)(cudnn_descriptor, int name, int type, int64_t capacity, int64_t *count, void *);
    int (*finalize)(cudnn_descriptor);
    int (*execute)(cudnn_handle, cudnn_descriptor plan, cudnn_descriptor pack);
} cudnn;

const char *cudnn_bind(void *library, cudnn *networks);

#endif
