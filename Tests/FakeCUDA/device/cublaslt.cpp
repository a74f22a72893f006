// cuBLASLt: descriptions, layouts and preferences keep what they are told; the heuristic offers three algorithms, which
// add in different orders and need different workspaces; a product is checked as far as the library checks it.

#include <cstring>
#include <memory>
#include <optional>
#include <set>

#include "matrix_product.h"
#include "memory.h"
#include "streams.h"

namespace {

enum status { done = 0, not_initialized = 1, invalid_value = 7, execution_failed = 13, not_supported = 15 };

} // namespace

// One of the three kinds of object.
struct cublaslt_opaque {
    enum { product, layout, preference } kind;
    // Of a product.
    int compute_type = 0, scale_type = 0, transpose_a = 0, transpose_b = 0, bias_type = -1;
    unsigned epilogue = CUBLASLT_EPILOGUE_DEFAULT;
    uint64_t bias = 0;
    // Of a layout.
    int type = 0;
    uint64_t rows = 0, columns = 0;
    int64_t leading = 0;
    // Of a preference.
    uint64_t workspace = 0;
    unsigned reduction_schemes = 7, alignment[4] = {256, 256, 256, 256};
};

struct cublaslt_s {};

namespace fake {

namespace {

std::set<cublaslt_object> objects;
std::set<cublaslt_handle> handles;

int make(cublaslt_object *object, cublaslt_opaque value) {
    *object = new cublaslt_opaque(value);
    objects.insert(*object);
    return done;
}

int destroy(cublaslt_object object) {
    if (!objects.erase(object)) {
        mistake("destroyed a cuBLASLt object that is none, or no longer");
        return invalid_value;
    }
    delete object;
    return done;
}

template <class T> int set(T &field, const void *value, size_t bytes) {
    if (!value || bytes != sizeof field) return invalid_value;
    memcpy(&field, value, sizeof field);
    return done;
}

std::optional<element> element_of(int type) {
    if (type == CUDA_R_32F) return element::fp32;
    if (type == CUDA_R_16BF) return element::bf16;
    return std::nullopt;
}

// What an algorithm's 64 bytes say.
struct algorithm {
    uint32_t magic = 0x1ba5c0b1, number;
    uint32_t reduction_scheme, splits;
    uint32_t alignment[4]; // of A, B, C and D
    uint32_t unused[8] = {};
};
static_assert(sizeof(algorithm) == sizeof(cublaslt_algorithm));

// Without workspace; parts added in their own step; parts added in place, in an order that nobody knows.
const algorithm known[] = {{.number = 1, .reduction_scheme = 0, .splits = 1, .alignment = {}},
                           {.number = 2, .reduction_scheme = 2, .splits = 3, .alignment = {}},
                           {.number = 3, .reduction_scheme = 1, .splits = 2, .alignment = {}}};

uint64_t workspace_of(const algorithm &algorithm, const matrix_product &product) {
    return algorithm.splits == 1 ? 0 : algorithm.splits * product.d.rows * product.d.columns * 4;
}

int describe(cublaslt_object layout, matrix &into) {
    if (!objects.contains(layout) || layout->kind != cublaslt_opaque::layout) return invalid_value;
    auto type = element_of(layout->type);
    if (!type) return not_supported;
    into = {*type, layout->rows, layout->columns, layout->leading};
    return into.rows && into.columns && into.leading >= static_cast<int64_t>(into.rows) ? done : invalid_value;
}

// A product whose parts fit together, or what is wrong.
int describe(cublaslt_object operation, cublaslt_object a, cublaslt_object b, cublaslt_object c, cublaslt_object d,
             matrix_product &into) {
    if (!objects.contains(operation) || operation->kind != cublaslt_opaque::product) return invalid_value;
    for (auto [layout, matrix] : {std::pair{a, &into.a}, {b, &into.b}, {c, &into.c}, {d, &into.d}}) {
        if (int wrong = describe(layout, *matrix)) return wrong;
    }
    into.transpose_a = operation->transpose_a == CUBLAS_OP_T;
    into.transpose_b = operation->transpose_b == CUBLAS_OP_T;
    into.tf32 = operation->compute_type == CUBLAS_COMPUTE_32F_FAST_TF32;
    uint64_t rows = into.transpose_a ? into.a.columns : into.a.rows, inner = into.transpose_a ? into.a.rows : into.a.columns;
    uint64_t columns = into.transpose_b ? into.b.rows : into.b.columns, other = into.transpose_b ? into.b.columns : into.b.rows;
    if (inner != other || into.d.rows != rows || into.d.columns != columns || into.c.rows != rows || into.c.columns != columns) {
        return invalid_value;
    }
    if (into.a.type != into.b.type || into.c.type != into.d.type) return not_supported;
    if (into.a.type == element::fp32 && into.d.type != element::fp32) return not_supported;
    if (into.tf32 && into.a.type != element::fp32) return not_supported;
    into.has_bias = operation->epilogue & 4;
    into.relu = operation->epilogue & 2;
    if (operation->epilogue != 1 && operation->epilogue & ~6u) return not_supported;
    auto bias = operation->bias_type < 0 ? into.d.type : element_of(operation->bias_type);
    if (into.has_bias && (!bias || *bias != into.d.type)) return not_supported;
    into.bias_type = bias.value_or(into.d.type);
    return done;
}

uint64_t extent(const matrix &matrix) {
    return ((matrix.columns - 1) * matrix.leading + matrix.rows) * bytes_of(matrix.type);
}

// Whether an operand lies in one allocation and is as aligned as the algorithm was promised.
bool fits(const void *pointer, const matrix &matrix, uint32_t alignment) {
    auto address = reinterpret_cast<cuda_address>(pointer);
    return is_device_memory(address, extent(matrix)) && address % (alignment ? alignment : bytes_of(matrix.type)) == 0;
}

} // namespace
} // namespace fake

using namespace fake;

size_t cublasLtGetVersion(void) { return 130401; }

const char *cublasLtGetStatusName(int status) {
    switch (status) {
    case 0: return "CUBLAS_STATUS_SUCCESS";
    case 1: return "CUBLAS_STATUS_NOT_INITIALIZED";
    case 3: return "CUBLAS_STATUS_ALLOC_FAILED";
    case 7: return "CUBLAS_STATUS_INVALID_VALUE";
    case 8: return "CUBLAS_STATUS_ARCH_MISMATCH";
    case 11: return "CUBLAS_STATUS_MAPPING_ERROR";
    case 13: return "CUBLAS_STATUS_EXECUTION_FAILED";
    case 14: return "CUBLAS_STATUS_INTERNAL_ERROR";
    case 15: return "CUBLAS_STATUS_NOT_SUPPORTED";
    default: return "CUBLAS_STATUS_UNKNOWN";
    }
}

int cublasLtCreate(cublaslt_handle *handle) {
    ENTER("cublasLtCreate");
    if (context_error()) return not_initialized;
    *handle = new cublaslt_s;
    handles.insert(*handle);
    return done;
}

int cublasLtDestroy(cublaslt_handle handle) {
    ENTER("cublasLtDestroy");
    if (!handles.erase(handle)) {
        mistake("destroyed a cuBLASLt handle that is none, or no longer");
        return not_initialized;
    }
    delete handle;
    return done;
}

int cublasLtMatmulDescCreate(cublaslt_object *object, int compute_type, int scale_type) {
    ENTER("cublasLtMatmulDescCreate");
    bool known = compute_type == CUBLAS_COMPUTE_32F || compute_type == CUBLAS_COMPUTE_32F_FAST_TF32;
    if (!known || scale_type != CUDA_R_32F) return not_supported;
    return make(object, {.kind = cublaslt_opaque::product, .compute_type = compute_type, .scale_type = scale_type});
}

int cublasLtMatmulDescSetAttribute(cublaslt_object object, int attribute, const void *value, size_t bytes) {
    ENTER("cublasLtMatmulDescSetAttribute");
    if (!objects.contains(object) || object->kind != cublaslt_opaque::product) return invalid_value;
    switch (attribute) {
    case CUBLASLT_TRANSA: return set(object->transpose_a, value, bytes);
    case CUBLASLT_TRANSB: return set(object->transpose_b, value, bytes);
    case CUBLASLT_EPILOGUE: return set(object->epilogue, value, bytes);
    case CUBLASLT_BIAS_POINTER: return set(object->bias, value, bytes);
    case CUBLASLT_BIAS_TYPE: return set(object->bias_type, value, bytes);
    default: return invalid_value;
    }
}

int cublasLtMatmulDescDestroy(cublaslt_object object) {
    ENTER("cublasLtMatmulDescDestroy");
    return destroy(object);
}

int cublasLtMatrixLayoutCreate(cublaslt_object *object, int type, uint64_t rows, uint64_t columns, int64_t leading) {
    ENTER("cublasLtMatrixLayoutCreate");
    return make(object, {.kind = cublaslt_opaque::layout, .type = type, .rows = rows, .columns = columns, .leading = leading});
}

int cublasLtMatrixLayoutDestroy(cublaslt_object object) {
    ENTER("cublasLtMatrixLayoutDestroy");
    return destroy(object);
}

int cublasLtMatmulPreferenceCreate(cublaslt_object *object) {
    ENTER("cublasLtMatmulPreferenceCreate");
    return make(object, {.kind = cublaslt_opaque::preference});
}

int cublasLtMatmulPreferenceSetAttribute(cublaslt_object object, int attribute, const void *value, size_t bytes) {
    ENTER("cublasLtMatmulPreferenceSetAttribute");
    if (!objects.contains(object) || object->kind != cublaslt_opaque::preference) return invalid_value;
    switch (attribute) {
    case CUBLASLT_PREFERENCE_WORKSPACE: return set(object->workspace, value, bytes);
    case CUBLASLT_PREFERENCE_REDUCTION_SCHEME: return set(object->reduction_schemes, value, bytes);
    // CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES to _D_BYTES.
    case 5: case 6: case 7: case 8: return set(object->alignment[attribute - 5], value, bytes);
    default: return invalid_value;
    }
}

int cublasLtMatmulPreferenceDestroy(cublaslt_object object) {
    ENTER("cublasLtMatmulPreferenceDestroy");
    return destroy(object);
}

int cublasLtMatmulAlgoGetHeuristic(cublaslt_handle handle, cublaslt_object operation, cublaslt_object a,
                                   cublaslt_object b, cublaslt_object c, cublaslt_object d, cublaslt_object preference,
                                   int wanted, cublaslt_candidate *candidates, int *found) {
    ENTER("cublasLtMatmulAlgoGetHeuristic");
    *found = 0;
    if (!handles.contains(handle)) return not_initialized;
    if (wanted < 1 || !objects.contains(preference) || preference->kind != cublaslt_opaque::preference) return invalid_value;
    matrix_product product;
    if (int wrong = describe(operation, a, b, c, d, product)) return wrong;
    for (algorithm one : known) {
        bool allowed = (one.reduction_scheme & ~preference->reduction_schemes) == 0;
        uint64_t workspace = workspace_of(one, product);
        if (*found == wanted || !allowed || workspace > preference->workspace) continue;
        memcpy(one.alignment, preference->alignment, sizeof one.alignment);
        cublaslt_candidate candidate = {.algorithm = {}, .workspace = workspace, .state = 0, .waves = 1, .reserved = {}};
        memcpy(&candidate.algorithm, &one, sizeof one);
        candidates[(*found)++] = candidate;
    }
    return *found ? done : not_supported;
}

int cublasLtMatmul(cublaslt_handle handle, cublaslt_object operation, const void *alpha, const void *a,
                   cublaslt_object a_layout, const void *b, cublaslt_object b_layout, const void *beta, const void *c,
                   cublaslt_object c_layout, void *d, cublaslt_object d_layout, const cublaslt_algorithm *bytes,
                   void *workspace, size_t workspace_bytes, cuda_stream stream) {
    ENTER("cublasLtMatmul");
    if (!handles.contains(handle)) return not_initialized;
    if (context_error()) return execution_failed;
    matrix_product product;
    if (int wrong = describe(operation, a_layout, b_layout, c_layout, d_layout, product)) return wrong;
    algorithm chosen = known[0];
    if (bytes) memcpy(&chosen, bytes, sizeof chosen);
    if (chosen.magic != known[0].magic || chosen.number < 1 || chosen.number > 3) return invalid_value;
    memcpy(&product.alpha, alpha, sizeof product.alpha);
    memcpy(&product.beta, beta, sizeof product.beta);
    product.splits = static_cast<int>(chosen.splits);
    uint64_t needed = workspace_of(chosen, product);
    auto room = reinterpret_cast<cuda_address>(workspace);
    if (needed > workspace_bytes || (needed && (room % 256 || !is_device_memory(room, workspace_bytes)))) {
        mistake("a matrix product has %zu bytes of workspace and needs %llu, aligned to 256", workspace_bytes,
                static_cast<unsigned long long>(needed));
        return invalid_value;
    }
    const void *bias = reinterpret_cast<const void *>(operation->bias);
    if (!fits(a, product.a, chosen.alignment[0]) || !fits(b, product.b, chosen.alignment[1]) ||
        (product.beta != 0 && !fits(c, product.c, chosen.alignment[2])) || !fits(d, product.d, chosen.alignment[3]) ||
        (product.has_bias && !is_device_memory(operation->bias, product.d.rows * bytes_of(product.bias_type)))) {
        mistake("an operand of a matrix product lies in no allocation, or is not aligned");
        return invalid_value;
    }
    if (product.beta != 0 && c == d && product.c.leading != product.d.leading) return invalid_value;
    return enqueue(stream, [=] {
        if (needed) memset(workspace, 0xee, needed);
        product.run(a, b, c, d, bias);
    }) ? execution_failed : done;
}
