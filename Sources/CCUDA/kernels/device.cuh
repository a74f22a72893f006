// What every kernel source begins with: elements (bf16, or float where ELEMENT_FLOAT is 1) and Philox4x32-10.
// No #include: NVRTC brings the built-ins, and bf16 needs no header here.
