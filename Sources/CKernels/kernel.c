#include "kernel.h"

#if defined(__x86_64__)
int kernel_has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
}

int kernel_has_bf16(void) { return kernel_has_avx512() && __builtin_cpu_supports("avx512bf16"); }

const char *kernel_path(void) {
    if (kernel_has_avx512()) return "x86-64-v4 (AVX-512)";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "x86-64-v3 (AVX2)";
    return "x86-64";
}
#else
int kernel_has_avx512(void) { return 0; }
int kernel_has_bf16(void) { return 0; }
const char *kernel_path(void) { return "portable"; }
#endif
