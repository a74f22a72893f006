#include "kernel_sources.h"

// #embed is C23, and Clang's in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char device_types[] = {
#embed "include/device_types.h"
    , 0};

static const char device[] = {
#embed "kernels/device.cuh"
    , 0};

static const char input[] = {
#embed "kernels/input.cu"
    , 0};

static const char layout[] = {
#embed "kernels/layout.cu"
    , 0};

static const char activation[] = {
#embed "kernels/activation.cu"
    , 0};

static const char product[] = {
#embed "kernels/product.cu"
    , 0};

static const char response_norm[] = {
#embed "kernels/response_norm.cu"
    , 0};

static const char pool[] = {
#embed "kernels/pool.cu"
    , 0};

static const char batch_norm[] = {
#embed "kernels/batch_norm.cu"
    , 0};

static const char loss[] = {
#embed "kernels/loss.cu"
    , 0};

static const char update[] = {
#embed "kernels/update.cu"
    , 0};

static const char statistics[] = {
#embed "kernels/statistics.cu"
    , 0};

static const char response_pool[] = {
#embed "kernels/response_pool.cu"
    , 0};

const char *kernel_text(kernel_part part) {
    switch (part) {
    case KERNEL_DEVICE_TYPES: return device_types;
    case KERNEL_DEVICE: return device;
    case KERNEL_INPUT: return input;
    case KERNEL_LAYOUT: return layout;
    case KERNEL_ACTIVATION: return activation;
    case KERNEL_PRODUCT: return product;
    case KERNEL_RESPONSE_NORM: return response_norm;
    case KERNEL_POOL: return pool;
    case KERNEL_BATCH_NORM: return batch_norm;
    case KERNEL_LOSS: return loss;
    case KERNEL_UPDATE: return update;
    case KERNEL_STATISTICS: return statistics;
    case KERNEL_RESPONSE_POOL: return response_pool;
    }
    return "";
}
