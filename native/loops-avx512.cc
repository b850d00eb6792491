// Elementwise and row kernels for AVX-512; compiled with the flags of that instruction set.
#include "loops.h"

void loopsAvx512(const LoopCall& call) { loops(call); }
