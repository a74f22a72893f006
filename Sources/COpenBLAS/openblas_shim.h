// The part of OpenBLAS that alexnetd calls. Debian keeps cblas.h in a folder of its machine type, which a module map
// cannot name, so the few prototypes are written here (they are the library's stable C interface).
#pragma once

enum { CblasRowMajor = 101, CblasNoTrans = 111, CblasTrans = 112 };

void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha, const float *a, int lda,
                 const float *b, int ldb, float beta, float *c, int ldc);
void openblas_set_num_threads(int threads);
char *openblas_get_corename(void);
char *openblas_get_config(void);
