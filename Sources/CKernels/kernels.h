// The fast kernels, compiled for the instruction set of the file that includes this.
#pragma once
#include "include/kernel_set.h"
#include "matrix_kernels.h"
#include "packing.h"
#include "pool_kernels.h"
#include "winograd_kernels.h"

// clang-format off
#define KERNEL_SET                                                          \
    {                                                                       \
        .matrix = {PAIRED, product, transposed_product_of_one,              \
                   pack_rows, pack_pairs, pack_pairs_transposed},           \
        .pool = {pool_forward_kernel, pool_backward_kernel},                \
        .winograd = {PAIRED, filter, filter_transposed, input, input_pairs, \
                     products, output, output_adjoint, products_adjoint,    \
                     input_adjoint, filter_products, filter_adjoint},       \
    }
// clang-format on
