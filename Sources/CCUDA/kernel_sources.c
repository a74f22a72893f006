#include "kernel_sources.h"

// #embed is C23, and Clang's in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

const char kernel_device_types[] = {
#embed "include/device_types.h"
    , 0};

const char kernel_device[] = {
#embed "kernels/device.cuh"
    , 0};
