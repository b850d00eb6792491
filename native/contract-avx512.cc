// Matrix products for AVX-512; compiled with the flags of that instruction set.
#include "strips.h"

void contractAvx512(const Piece& piece) { contract(piece); }
