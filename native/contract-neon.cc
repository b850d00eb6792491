// Matrix products for NEON; compiled with the flags of that instruction set.
#include "windows.h"

void contractNeon(const Piece& piece) { contract(piece); }
