// A matrix product as the engine describes it: C[rows, columns] = Σ over depth A[rows, depth] · B[depth, columns], where rows
// and depth are sets of loops with constant strides (so that a convolution reads its image in place).
// Owns: the layout of a plan, which src/backends/native/plan.ts writes; all of it 32-bit words, strides in floats.
#pragma once
#include <cstdint>

constexpr int32_t ABI = 1;
constexpr int MAXIMUM_AXES = 8;

struct Axis {
  int32_t extent, a, b, c;
};

struct Plan {
  int32_t columns;       // of the contiguous axis
  int32_t columnStride;  // in B; 1 in C
  int32_t groupColumns;  // the columns of one call begin at group · groupColumns
  int32_t rowAxes, depthAxes;
  int32_t packB;         // 0: B is read in place
  int32_t packA;         // 0: rows of A are read in place
  int32_t depthBlock;    // terms of the sum that are done at a time
  int32_t keepB;         // all of a group's B is packed at once, and kept from call to call
  Axis batch;            // matrices inside one call
  Axis rows[MAXIMUM_AXES];   // outermost first
  Axis depth[MAXIMUM_AXES];  // outermost first; at least one
};

/** The part of a plan that one call does. */
struct Piece {
  const Plan* plan;
  const float* a;
  const float* b;
  float* c;
  float* scratch;
  int32_t firstRow, rows, group, matrices;
  bool fresh;       // nothing is packed in scratch yet
  bool accumulate;  // C holds the beginning of the sums
};

using Contract = void (*)(const Piece&);
void contractAvx512(const Piece&);
void contractAvx2(const Piece&);
void contractNeon(const Piece&);
