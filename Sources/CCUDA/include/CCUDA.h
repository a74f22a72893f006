// NVIDIA's libraries as tables of functions that are found at run time, and what host and kernels share.

#ifndef CCUDA_H
#define CCUDA_H

#include "cuda_driver.h"
#include "cuda_libraries.h"
#include "device_types.h"
#include "kernel_sources.h"
#include "library_path.h"

#endif
