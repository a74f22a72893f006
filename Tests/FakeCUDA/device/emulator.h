// Types and functions of CUDA C++ on the CPU.
