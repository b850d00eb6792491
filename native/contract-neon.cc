// Matrix products for NEON; compiled with the flags of that instruction set.
#include "strips.h"

void contractNeon(const Piece& piece) { contract(piece); }
