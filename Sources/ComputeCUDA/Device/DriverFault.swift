// The driver's error numbers that somebody can do something about (cuda.h, CUresult; NVIDIA's Xid catalogue).

internal import CCUDA

enum DriverFault {
    /// - Returns: what kind of failure it is, and what to do.
    static func meaning(of result: cuda_result) -> (code: CUDAError.Code, advice: String?) {
        switch Int(result) {
        case CUDA_OUT_OF_MEMORY: (.memory, "choose a smaller batch_size, or more pieces (accumulate)")
        case CUDA_STUB_LIBRARY:
            (.unavailable, "this is the toolkit's stub of libcuda; install the driver's own")
        case CUDA_DEVICE_UNAVAILABLE:
            (.unavailable, "another process holds this GPU for itself alone (compute mode exclusive)")
        case CUDA_NO_DEVICE: (.unavailable, "no GPU is visible; see nvidia-smi and CUDA_VISIBLE_DEVICES")
        case CUDA_SYSTEM_NOT_READY:
            (.unavailable, "start nvidia-fabricmanager, which this machine's GPUs need")
        case CUDA_SYSTEM_DRIVER_MISMATCH:
            (.unavailable, "the driver was upgraded under a running kernel module: reboot")
        case CUDA_COMPAT_NOT_SUPPORTED:
            (
                .unavailable,
                "this GPU does not take CUDA's forward-compatibility libraries: upgrade the driver"
            )
        case CUDA_UNSUPPORTED_PTX_VERSION, CUDA_NO_BINARY_FOR_GPU:
            (.unavailable, "the run-time compiler is newer than the driver: upgrade the driver")
        case CUDA_ECC_UNCORRECTABLE, CUDA_NVLINK_UNCORRECTABLE, CUDA_CONTAINED:
            (.fault, "the GPU reports a hardware error; see nvidia-smi -q and the kernel log (Xid)")
        default: (.fault, nil)
        }
    }
}
