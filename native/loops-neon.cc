// Elementwise and row kernels for NEON; compiled with the flags of that instruction set.
#include "loops.h"

void loopsNeon(const LoopCall& call) { loops(call); }
