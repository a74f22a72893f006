// The kernels' sources as text, for NVRTC: `device_types.h` and `device.cuh` go in front of each.

#ifndef KERNEL_SOURCES_H
#define KERNEL_SOURCES_H

extern const char kernel_device_types[], kernel_device[];

#endif
