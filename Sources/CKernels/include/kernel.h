// How a kernel is compiled: one source, three instruction sets, chosen when the program starts. No kernel may let its
// result depend on that choice: sums have a fixed order, and multiply-adds are not contracted (-ffp-contract=off).
#pragma once

// A sanitizer's runtime is not there yet when the choice is made.
#if defined(__x86_64__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#define KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KERNEL
#endif

/// In words, which of them this CPU takes.
const char *kernel_path(void);

/// 1 if the CPU has AVX-512 as OpenBLAS's SKYLAKEX kernels need it.
int kernel_has_avx512(void);

/// 1 if it also multiplies bfloat16 (AVX512_BF16).
int kernel_has_bf16(void);
