// A GPU for machines that have none: NVIDIA's libraries, replaced by ones that compute on the CPU.
