// The kernels' sources as text, for NVRTC: `device_types.h` and `device.cuh` go in front of each.

#ifndef KERNEL_SOURCES_H
#define KERNEL_SOURCES_H

typedef enum kernel_part {
    KERNEL_DEVICE_TYPES,
    KERNEL_DEVICE,
    KERNEL_INPUT,
    KERNEL_LAYOUT,
    KERNEL_ACTIVATION,
    KERNEL_PRODUCT,
    KERNEL_RESPONSE_NORM,
    KERNEL_POOL,
    KERNEL_BATCH_NORM,
    KERNEL_LOSS,
    KERNEL_UPDATE,
    KERNEL_STATISTICS,
    KERNEL_RESPONSE_POOL,
} kernel_part;

const char *kernel_text(kernel_part part);

#endif
