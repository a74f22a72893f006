// Matrix products on panels: an R × C matrix is [C / 16][R][16], its chunks of 16 columns `chunk` floats apart.
#pragma once

typedef struct {
    /// C[m × 16·chunks] (+)= A[m × k] · B[k × 16·chunks]. `next`: the B of the product after this one, to be fetched, or null.
    void (*product)(int m, int chunks, long k, const float *a, long a_chunk, const float *b, long b_chunk, float *c,
                    long c_chunk, int adding, const float *next);
    /// C[16·a_chunks × 16·b_chunks] (+)= Aᵀ · B, where A and B have k rows.
    void (*transposed_product)(int a_chunks, int b_chunks, long k, const float *a, long a_chunk, const float *b, long b_chunk,
                               float *c, long c_chunk, int adding);
} matrix_kernels;
