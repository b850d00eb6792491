// A matrix product as the engine describes it: C[rows, columns] = Σ over depth A[rows, depth] · B[depth, columns], where rows
// and depth are sets of loops with constant strides (so that a convolution reads its image in place).
// Owns: the layout of a plan, which src/backends/native/plan.ts writes; all of it 32-bit words, strides in floats.
#pragma once
#include <cstdint>

constexpr int32_t ABI = 10;
constexpr int MAXIMUM_AXES = 8;

struct Axis {
  int32_t extent, a, b, c;
};

/** Which of the kernels a plan is for: its first word. */
enum Kind : int32_t { PRODUCT = 0, WINDOWS = 1, WINDOWS_FILTER = 2, STRIPS = 3, STRIPS_FILTER = 4 };

/** Which of the three arrays of windows stands for one four times as large. */
enum Pooled : int32_t {
  NOT_POOLED = 0,
  POOLED_RESULTS = 1,   // C: the largest of 2 × 2 results each, and the numbers of those
  SPREAD_IMAGE = 2,     // A: what is sent to one of 2 × 2 lines each, by number
  SPREAD_RESULTS = 3,   // B of a filter's gradient: the same
};
/** What is done to pooled results; which of them is the largest is said in two ways. */
enum Follow : int32_t { BIAS = 1, RELU = 2, NUMBERS = 4, POSITIVE = 8 };
/** Further arrays of a call, as offsets behind the header of scratch. */
enum Extra { NUMBERS_AT = 0, BIAS_AT = 1, EXTRAS = 4 };

struct Plan {
  int32_t kind;          // PRODUCT
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

/** One of the two directions in which windows slide over an image. */
struct Slide {
  int32_t extent;   // places
  int32_t from;     // line of the image under the first place's first tap; before the image where this is negative
  int32_t lines;    // of the image; beyond them everything is 0
  int32_t a;        // stride of lines in A
  int32_t places;   // stride of places: in C, and for WINDOWS_FILTER in B
  int32_t taps;     // stride of taps: in B, and for WINDOWS_FILTER in C
};

/**
 * Windows of 3 × 3 taps over images with contiguous channels. WINDOWS: C[place, output] = Σ A[place + tap, input] · B[tap, input,
 * output]. WINDOWS_FILTER: C[tap, input, output] = Σ over images and places A[place + tap, input] · B[place, output]. STRIPS and
 * STRIPS_FILTER: the same, two lines of places at a time, where one of the arrays is pooled and there are few inputs.
 */
struct WindowPlan {
  int32_t kind;
  int32_t inputs, outputs;
  int32_t inputStride, outputStride;  // of the taps' channels: in B, and for WINDOWS_FILTER in C
  int32_t tiles;                      // that are worked on at a time
  int32_t images, aImage, bImage;     // summed over in one call
  Slide down, across;
  int32_t pooled, follow;
};

/** The part of a plan that one call does. */
struct Piece {
  const Plan* plan;
  const float* a;
  const float* b;
  float* c;
  float* scratch;
  int32_t firstRow, rows, group, matrices;
  bool accumulate;  // C holds the beginning of the sums
  uint8_t* base;    // where offsets count from
};

using Contract = void (*)(const Piece&);
void contractAvx512(const Piece&);
void contractAvx2(const Piece&);
void contractNeon(const Piece&);
