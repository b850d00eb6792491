// Elementwise and row kernels for AVX2; compiled with the flags of that instruction set.
#include "loops.h"

void loopsAvx2(const LoopCall& call) { loops(call); }
