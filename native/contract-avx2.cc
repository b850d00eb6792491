// Matrix products for AVX2; compiled with the flags of that instruction set.
#include "strips.h"

void contractAvx2(const Piece& piece) { contract(piece); }
