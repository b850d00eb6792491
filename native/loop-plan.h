// Elementwise and row kernels as the engine describes them: a short program of vector instructions that is run for one block of
// rows and columns after the other, each block small enough for the first cache.
// Owns: the layout of such a plan, which src/backends/wasm/native/loop-plan.ts writes; 32-bit words, strides in floats.
#pragma once
#include <cstdint>

constexpr int MAXIMUM_LOOPS = 4;
constexpr int MAXIMUM_PLACES = 64;

/** What the caller's range cuts: rows, columns, or one of the loops around them (0, 1, …). */
enum Cut : int32_t { CUT_ROWS = -2, CUT_COLUMNS = -1 };

/**
 * Values have an element for each place of a block, or for each of its lines: those are its rows, or, where the kernel sums
 * over rows, its columns.
 */
struct LoopPlan {
  int32_t rows, columns;          // extents of the two inner axes
  int32_t rowBlock, columnBlock;  // of them at a time
  int32_t sumsRows;               // lines are columns
  int32_t cut;
  int32_t outer, inner;           // loops around the columns; loops of a sum around the rows
  int32_t loops[MAXIMUM_LOOPS];   // their extents, outermost first
  int32_t places;
  int32_t before, during, after;  // instructions: on lines before all rows, on each block, on lines after all rows
  int32_t blockRegisters;         // so many registers of rowBlock · columnBlock floats, then those of lines
};

/** A plan that stands for random bits: buffers are the state and the numbers, the range counts blocks of four. */
constexpr int32_t RANDOM_ROWS = -1;
struct RandomPlan {
  int32_t rows;  // RANDOM_ROWS, where a LoopPlan has their extent
  int32_t count;
};

/** Where an operand lies in memory: a buffer, an offset, and what each loop adds. */
struct LoopPlace {
  int32_t buffer, start, row, column, loops[MAXIMUM_LOOPS];
};

/** An operand is one of these with a number below; a constant's number says in which word of the plan it stands. */
enum OperandKind : int32_t { OPERAND_BLOCK, OPERAND_LINE, OPERAND_PLACE, OPERAND_CONSTANT };
constexpr int OPERAND_SHIFT = 24;

struct Instruction {
  int32_t code;
  int32_t wide;  // on blocks, not on lines
  int32_t to, a, b, c;
};

/** In the order of `instructionCodes` in loop-values.ts. */
enum InstructionCode : int32_t {
  COPY, ADD, SUBTRACT, MULTIPLY, DIVIDE, MINIMUM, MAXIMUM, AND, OR, XOR,
  EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, SELECT, MULTIPLY_ADD,
  NEGATE, ABSOLUTE, SQUARE_ROOT, FLOOR, CEILING, TRUNCATE, NEAREST,
  MASKED_INTEGER,
  EXP, EXPM1, LOG_OF, LOG1P, TANH, ERF, ERFC, SINE_OF, COSINE_OF, LOGISTIC, LOGISTIC_OF_SUM, TANH_OF_SUM,
  EXP_OF_DIFFERENCE,
  NORMAL_UNIT, NORMAL_SLOPE, NORMAL_UNIT_AND_SLOPE, GATHER, SUM, SMALLEST, LARGEST, INSTRUCTION_CODES,
};

/** The distance between registers: not a multiple of 4096 bytes, at which processors take a load for one of a waiting store. */
inline int32_t registerFloats(int32_t count) { return (count + 15) / 16 * 16 + 80; }

/** One call: the range of the cut loop, where the buffers lie, and memory for registers. */
struct LoopCall {
  const int32_t* words;  // the plan, its places and instructions
  float* const* buffers;
  float* registers;
  int32_t begin, end;
};

using Loops = void (*)(const LoopCall&);
void loopsAvx512(const LoopCall&);
void loopsAvx2(const LoopCall&);
void loopsNeon(const LoopCall&);
