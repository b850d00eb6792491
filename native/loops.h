// Runs plans of elementwise and row kernels, block by block. Included by one source file for each instruction set.
// Owns: the instructions, and the walk over blocks. A block's values lie in registers of memory that stay in the first cache, so
// that finding out what to do next is paid once for some hundred elements.
#pragma once
#include "functions.h"
#include "loop-plan.h"
#include "random.h"

namespace {

/** An operand of one instruction: lines of numbers, or one number a line (splat). */
struct Operand {
  float* at;
  int64_t step;  // from a line to the next
  bool splat;
};

/** Where the next block's places begin: asked for while a function is computed, which leaves the memory idle. */
constexpr int MOST_AHEAD = 4;
struct Ahead {
  const float* at[MOST_AHEAD];
  int32_t count;
};

struct Span {
  int32_t rows, columns;
  Operand to, operands[3];
  const Ahead* ahead;  // or none
};
using Execute = void (*)(const Span&);

// ── Elementwise instructions ────────────────────────────────────────────────────────────────────────────────────────

/** `to = F(operands…)`; bit i of SPLATS says whether operand i is one number a line. */
template <class F, int COUNT, int SPLATS>
void each(const Span& s) {
  // Stores of vectors may alias everything: what the loop needs is read once.
  const int32_t rows = s.rows, columns = s.columns, whole = columns - columns % Vector::lanes;
  const int64_t toStep = s.to.step;
  float* to = s.to.at;
  const float* at[COUNT];
  int64_t step[COUNT];
#pragma GCC unroll 3
  for (int k = 0; k < COUNT; k++) {
    at[k] = s.operands[k].at;
    step[k] = s.operands[k].step;
  }
  for (int32_t row = 0; row < rows; row++) {
    Vector x[COUNT];
#pragma GCC unroll 3
    for (int k = 0; k < COUNT; k++)
      if (SPLATS >> k & 1) x[k] = Vector::splat(at[k]);
    int64_t i = 0;
    if constexpr (F::slow) {
      if (s.ahead) {
        const Ahead ahead = *s.ahead;
        const int64_t done = (int64_t)row * columns;
        for (; i < whole; i += Vector::lanes) {
          for (int k = 0; k < ahead.count; k++) __builtin_prefetch(ahead.at[k] + done + i, 1);
#pragma GCC unroll 3
          for (int k = 0; k < COUNT; k++)
            if (!(SPLATS >> k & 1)) x[k] = Vector::load(at[k] + i);
          F::of(x).store(to + i);
        }
      }
    }
#pragma GCC unroll 4
    for (; i < whole; i += Vector::lanes) {
#pragma GCC unroll 3
      for (int k = 0; k < COUNT; k++)
        if (!(SPLATS >> k & 1)) x[k] = Vector::load(at[k] + i);
      F::of(x).store(to + i);
    }
    if (i < columns) {
      const int left = columns - (int)i;
#pragma GCC unroll 3
      for (int k = 0; k < COUNT; k++)
        if (!(SPLATS >> k & 1)) x[k] = Vector::loadPart(at[k] + i, left);
      F::of(x).storePart(to + i, left);
    }
    to += toStep;
#pragma GCC unroll 3
    for (int k = 0; k < COUNT; k++) at[k] += step[k];
  }
}

/** Whether a value takes so long that memory would be idle meanwhile. */
struct Quick { static constexpr bool slow = false; };
struct Slow { static constexpr bool slow = true; };

struct Copy : Quick { static inline Vector of(const Vector* x) { return x[0]; } };
struct Add : Quick { static inline Vector of(const Vector* x) { return add(x[0], x[1]); } };
struct Subtract : Quick { static inline Vector of(const Vector* x) { return subtract(x[0], x[1]); } };
struct Multiply : Quick { static inline Vector of(const Vector* x) { return multiply(x[0], x[1]); } };
struct Divide : Quick { static inline Vector of(const Vector* x) { return divide(x[0], x[1]); } };
struct Minimum : Quick { static inline Vector of(const Vector* x) { return minimum(x[0], x[1]); } };
struct Maximum : Quick { static inline Vector of(const Vector* x) { return maximum(x[0], x[1]); } };
struct And : Quick { static inline Vector of(const Vector* x) { return bitAnd(x[0], x[1]); } };
struct Or : Quick { static inline Vector of(const Vector* x) { return bitOr(x[0], x[1]); } };
struct Xor : Quick { static inline Vector of(const Vector* x) { return bitXor(x[0], x[1]); } };
struct Equal : Quick { static inline Vector of(const Vector* x) { return vectorOf(equal(x[0], x[1])); } };
struct NotEqual : Quick { static inline Vector of(const Vector* x) { return vectorOf(different(x[0], x[1])); } };
struct Less : Quick { static inline Vector of(const Vector* x) { return vectorOf(below(x[0], x[1])); } };
struct LessEqual : Quick { static inline Vector of(const Vector* x) { return vectorOf(atMost(x[0], x[1])); } };
struct Greater : Quick { static inline Vector of(const Vector* x) { return vectorOf(below(x[1], x[0])); } };
struct GreaterEqual : Quick { static inline Vector of(const Vector* x) { return vectorOf(atMost(x[1], x[0])); } };
struct Select : Quick { static inline Vector of(const Vector* x) { return pick(maskOf(x[0]), x[1], x[2]); } };
struct MultiplyAdd : Quick { static inline Vector of(const Vector* x) { return Vector::multiplyAdd(x[0], x[1], x[2]); } };
struct Negate : Quick { static inline Vector of(const Vector* x) { return negate(x[0]); } };
struct Absolute : Quick { static inline Vector of(const Vector* x) { return magnitude(x[0]); } };
struct SquareRoot : Quick { static inline Vector of(const Vector* x) { return squareRoot(x[0]); } };
struct Floor : Quick { static inline Vector of(const Vector* x) { return roundDown(x[0]); } };
struct Ceiling : Quick { static inline Vector of(const Vector* x) { return roundUp(x[0]); } };
struct Truncate : Quick { static inline Vector of(const Vector* x) { return roundToZero(x[0]); } };
struct Nearest : Quick { static inline Vector of(const Vector* x) { return roundNearest(x[0]); } };
/** The number that some bits of an integer are. */
struct MaskedInteger : Quick { static inline Vector of(const Vector* x) { return fromInteger(bitAnd(x[0], x[1])); } };
struct Exp : Slow { static inline Vector of(const Vector* x) { return exponential(x[0]); } };
struct Expm1 : Slow { static inline Vector of(const Vector* x) { return expm1(x[0]); } };
struct LogOf : Slow { static inline Vector of(const Vector* x) { return logarithm(x[0]); } };
struct Log1p : Slow { static inline Vector of(const Vector* x) { return log1p(x[0]); } };
struct Tanh : Slow { static inline Vector of(const Vector* x) { return hyperbolicTangent(x[0]); } };
struct Erf : Slow { static inline Vector of(const Vector* x) { return errorFunction(x[0]); } };
struct Erfc : Slow { static inline Vector of(const Vector* x) { return complementaryErrorFunction(x[0]); } };
struct Sine : Slow { static inline Vector of(const Vector* x) { return sineLike<0>(x[0]); } };
struct Cosine : Slow { static inline Vector of(const Vector* x) { return sineLike<1>(x[0]); } };
struct UnitOf : Slow { static inline Vector of(const Vector* x) { return normalUnit(x[0]).value; } };
struct SlopeOf : Slow { static inline Vector of(const Vector* x) { return normalUnit(x[0]).slope; } };
struct Logistic : Slow {
  static inline Vector of(const Vector* x) { return divide(all(1), add(all(1), exponential(negate(x[0])))); }
};
struct ExpOfDifference : Slow {
  static inline Vector of(const Vector* x) { return exponential(subtract(x[0], x[1])); }
};
template <class F>
struct OfSum : Slow {
  static inline Vector of(const Vector* x) {
    const Vector sum = add(x[0], x[1]);
    return F::of(&sum);
  }
};

#if defined(__AVX2__) && !defined(__AVX512F__)
/** Division by one number a line: eight quotients take no longer than what would stand for them (Zen 3: 3.2 cycles). */
constexpr Execute divideByLine = each<Divide, 2, 2>;
#else
/**
 * Division by one number a line: by its reciprocal, and the rest that leaves, which gives the same digits as a division but for
 * the last bit of very small results, in a third of the time.
 */
void divideByLine(const Span& s) {
  constexpr float SAFE = 1e30f;
  const Vector infinite = all(__builtin_inff());
  for (int32_t row = 0; row < s.rows; row++) {
    const float* divisor = s.operands[1].at + row * s.operands[1].step;
    const float size = __builtin_fabsf(*divisor);
    if (!(size > 1 / SAFE && size < SAFE)) {
      Span line = s;
      line.rows = 1;
      line.to.at += row * s.to.step;
      for (Operand& operand : line.operands) operand.at += row * operand.step;
      each<Divide, 2, 2>(line);
      continue;
    }
    const Vector by = Vector::splat(divisor);
    const Vector reciprocal = divide(all(1), by);
    const auto quotient = [&](Vector a) {
      const Vector rough = multiply(a, reciprocal);
      const Vector better = Vector::multiplyAdd(without(a, rough, by), reciprocal, rough);
      return pick(below(magnitude(rough), infinite), better, rough);
    };
    float* to = s.to.at + row * s.to.step;
    const float* a = s.operands[0].at + row * s.operands[0].step;
    int32_t i = 0;
#pragma GCC unroll 4
    for (; i + Vector::lanes <= s.columns; i += Vector::lanes) quotient(Vector::load(a + i)).store(to + i);
    if (i < s.columns) quotient(Vector::loadPart(a + i, s.columns - i)).storePart(to + i, s.columns - i);
  }
}
#endif

/** gelu, and its slope to where the second operand lies: most of what they are made of is the same. */
void unitAndSlope(const Span& s) {
  const Operand &from = s.operands[0], &second = s.operands[1];
  const Ahead ahead = s.ahead ? *s.ahead : Ahead{{}, 0};
  const int32_t columns = s.columns;
  for (int32_t row = 0; row < s.rows; row++) {
    const float* a = from.at + row * from.step;
    float *to = s.to.at + row * s.to.step, *slope = second.at + row * second.step;
    const int64_t done = (int64_t)row * columns;
    for (int32_t i = 0; i < columns; i += Vector::lanes) {
      const int left = columns - i;
      const bool whole = left >= Vector::lanes;
      for (int k = 0; k < ahead.count; k++) __builtin_prefetch(ahead.at[k] + done + i, 1);
      const NormalUnit both = normalUnit(from.splat ? Vector::splat(a) : whole ? Vector::load(a + i) : Vector::loadPart(a + i, left));
      if (whole) {
        both.value.store(to + i);
        both.slope.store(slope + i);
      } else {
        both.value.storePart(to + i, left);
        both.slope.storePart(slope + i, left);
      }
    }
  }
}

/** to[i] = a[i · step]. */
void gather(const Span& s) {
  const Operand& from = s.operands[0];
  for (int32_t i = 0; i < s.columns; i++) s.to.at[i] = from.at[i * from.step];
}

// ── Reductions ──────────────────────────────────────────────────────────────────────────────────────────────────────

struct Sum {
  static inline Vector none() { return Vector::zero(); }
  static inline Vector of(Vector a, Vector b) { return add(a, b); }
};
struct Smallest {
  static inline Vector none() { return all(__builtin_inff()); }
  static inline Vector of(Vector a, Vector b) { return minimum(a, b); }
  static inline Vector ofNumbers(Vector a, Vector b) { return lesser(a, b); }
};
struct Largest {
  static inline Vector none() { return all(-__builtin_inff()); }
  static inline Vector of(Vector a, Vector b) { return maximum(a, b); }
  static inline Vector ofNumbers(Vector a, Vector b) { return greater(a, b); }
};

/** The last numbers of a line, with what changes nothing in the lanes beyond them. */
template <class F>
inline Vector lastOf(const float* at, int count) {
  alignas(64) float lanes[Vector::lanes];
  F::none().store(lanes);
  Vector::loadPart(at, count).storePart(lanes, count);
  return Vector::load(lanes);
}

constexpr int PARTS = 4;
constexpr int32_t STRIDE = PARTS * Vector::lanes;

/** A line's numbers combined. */
template <class F>
float alongLine(const float* a, int32_t columns) {
  Vector parts[PARTS];
#pragma GCC unroll 4
  for (int k = 0; k < PARTS; k++) parts[k] = F::none();
  int32_t i = 0;
  for (; i + STRIDE <= columns; i += STRIDE)
#pragma GCC unroll 4
    for (int k = 0; k < PARTS; k++) parts[k] = F::of(parts[k], Vector::load(a + i + k * Vector::lanes));
  for (; i + Vector::lanes <= columns; i += Vector::lanes) parts[0] = F::of(parts[0], Vector::load(a + i));
  if (i < columns) parts[1] = F::of(parts[1], lastOf<F>(a + i, columns - i));
  return together<F>(F::of(F::of(parts[0], parts[1]), F::of(parts[2], parts[3])));
}

/** to[row] = the row's numbers combined. */
template <class F>
void alongRows(const Span& s) {
  const auto& [a, step, splat] = s.operands[0];
  for (int32_t row = 0; row < s.rows; row++) s.to.at[row] = alongLine<F>(a + row * step, s.columns);
}

/**
 * The same for the largest and smallest, whose care for what is no number and for signs of zeros is four operations of six: a
 * line is done with care when it turns out that it has the one, or gives the other.
 */
template <class F>
void extremeAlongRows(const Span& s) {
  const auto& [from, step, splat] = s.operands[0];
  for (int32_t row = 0; row < s.rows; row++) {
    const float* a = from + row * step;
    Vector parts[PARTS];
#pragma GCC unroll 4
    for (int k = 0; k < PARTS; k++) parts[k] = F::none();
    Mask numbers = ordered(parts[0], parts[0]);
    const auto one = [&](Vector x) {
      numbers = both(numbers, ordered(x, x));
      parts[0] = F::ofNumbers(parts[0], x);
    };
    int32_t i = 0;
    for (; i + STRIDE <= s.columns; i += STRIDE) {
      Vector x[PARTS];
#pragma GCC unroll 4
      for (int k = 0; k < PARTS; k++) x[k] = Vector::load(a + i + k * Vector::lanes);
      numbers = both(numbers, both(ordered(x[0], x[1]), ordered(x[2], x[3])));
#pragma GCC unroll 4
      for (int k = 0; k < PARTS; k++) parts[k] = F::ofNumbers(parts[k], x[k]);
    }
    for (; i + Vector::lanes <= s.columns; i += Vector::lanes) one(Vector::load(a + i));
    if (i < s.columns) one(lastOf<F>(a + i, s.columns - i));
    const float result = together<F>(F::ofNumbers(F::ofNumbers(parts[0], parts[1]), F::ofNumbers(parts[2], parts[3])));
    s.to.at[row] = result == 0 || !everywhere(numbers) ? alongLine<F>(a, s.columns) : result;
  }
}

/** to[column] = itself and the column's numbers combined; the block's by themselves first, so that long sums lose little. */
template <class F>
void alongColumns(const Span& s) {
  const Operand& from = s.operands[0];
  int32_t i = 0;
  for (; i + STRIDE <= s.columns; i += STRIDE) {
    Vector parts[PARTS];
#pragma GCC unroll 4
    for (int k = 0; k < PARTS; k++) parts[k] = F::none();
    const float* a = from.at + i;
    for (int32_t row = 0; row < s.rows; row++, a += from.step)
#pragma GCC unroll 4
      for (int k = 0; k < PARTS; k++) parts[k] = F::of(parts[k], Vector::load(a + k * Vector::lanes));
#pragma GCC unroll 4
    for (int k = 0; k < PARTS; k++) {
      float* to = s.to.at + i + k * Vector::lanes;
      F::of(Vector::load(to), parts[k]).store(to);
    }
  }
  for (; i < s.columns; i += Vector::lanes) {
    const int left = s.columns - i < Vector::lanes ? s.columns - i : Vector::lanes;
    Vector part = F::none();
    const float* a = from.at + i;
    for (int32_t row = 0; row < s.rows; row++, a += from.step) part = F::of(part, Vector::loadPart(a, left));
    F::of(Vector::loadPart(s.to.at + i, left), part).storePart(s.to.at + i, left);
  }
}

// ── Which function does an instruction ──────────────────────────────────────────────────────────────────────────────

struct Entry {
  int operands;
  Execute with[8];  // by which operands are one number a line
};

template <class F>
constexpr Entry one() {
  return {1, {each<F, 1, 0>, each<F, 1, 1>}};
}
template <class F>
constexpr Entry two() {
  return {2, {each<F, 2, 0>, each<F, 2, 1>, each<F, 2, 2>, each<F, 2, 3>}};
}
template <class F>
constexpr Entry three() {
  return {3, {each<F, 3, 0>, each<F, 3, 1>, each<F, 3, 2>, each<F, 3, 3>, each<F, 3, 4>, each<F, 3, 5>, each<F, 3, 6>,
              each<F, 3, 7>}};
}

constexpr Entry entries[INSTRUCTION_CODES] = {
    one<Copy>(), two<Add>(), two<Subtract>(), two<Multiply>(),
    {2, {each<Divide, 2, 0>, each<Divide, 2, 1>, divideByLine, each<Divide, 2, 3>}},
    two<Minimum>(), two<Maximum>(), two<And>(), two<Or>(), two<Xor>(),
    two<Equal>(), two<NotEqual>(), two<Less>(), two<LessEqual>(), two<Greater>(), two<GreaterEqual>(),
    three<Select>(), three<MultiplyAdd>(),
    one<Negate>(), one<Absolute>(), one<SquareRoot>(), one<Floor>(), one<Ceiling>(), one<Truncate>(), one<Nearest>(),
    two<MaskedInteger>(), one<Exp>(), one<Expm1>(), one<LogOf>(), one<Log1p>(), one<Tanh>(), one<Erf>(), one<Erfc>(), one<Sine>(), one<Cosine>(),
    one<Logistic>(), two<OfSum<Logistic>>(), two<OfSum<Tanh>>(), two<ExpOfDifference>(),
    one<UnitOf>(), one<SlopeOf>(), {2, {unitAndSlope, unitAndSlope}},
    {1, {gather}}, {1, {alongRows<Sum>, alongColumns<Sum>}},
    {1, {extremeAlongRows<Smallest>, alongColumns<Smallest>}}, {1, {extremeAlongRows<Largest>, alongColumns<Largest>}},
};

// ── The walk ────────────────────────────────────────────────────────────────────────────────────────────────────────

class Walk {
  const LoopCall& call;
  const LoopPlan& plan;
  const LoopPlace* places;
  const Instruction* instructions;
  float* lines;
  int32_t blockFloats, lineFloats;
  int32_t index[MAXIMUM_LOOPS] = {};
  int32_t row = 0, rows = 0, column = 0, columns = 0;  // of the block
  float* at[MAXIMUM_PLACES];

  /** The part of an axis that this call does. */
  void range(int32_t which, int32_t extent, int32_t& begin, int32_t& end) const {
    const bool cut = plan.cut == which;
    begin = cut ? call.begin : 0;
    end = cut ? call.end : extent;
  }

  void locate() {
    for (int32_t i = 0; i < plan.places; i++) {
      const LoopPlace& place = places[i];
      int64_t offset = place.start + (int64_t)place.row * row + (int64_t)place.column * column;
      for (int32_t k = 0; k < plan.outer + plan.inner; k++) offset += (int64_t)place.loops[k] * index[k];
      at[i] = call.buffers[place.buffer] + offset;
    }
  }

  Operand operand(int32_t word, bool wide) const {
    const int32_t number = word & ((1 << OPERAND_SHIFT) - 1);
    switch (word >> OPERAND_SHIFT) {
      case OPERAND_BLOCK: return {call.registers + (int64_t)number * blockFloats, columns, false};
      case OPERAND_LINE: {
        float* line = lines + (int64_t)number * lineFloats;
        if (!wide) return {line, 0, false};
        return plan.sumsRows ? Operand{line, 0, false} : Operand{line, 1, true};
      }
      case OPERAND_PLACE: {
        const LoopPlace& place = places[number];
        if (wide) return {at[number], place.row, place.column == 0};
        const int32_t stride = plan.sumsRows ? place.column : place.row;
        return {at[number], stride, stride == 0};
      }
      default: return {(float*)(call.words + number), 0, true};
    }
  }

  /** Places that go on behind this block, where blocks are whole rows side by side. */
  Ahead nextBlock() const {
    Ahead next;
    next.count = 0;
    if (plan.sumsRows || columns != plan.columns || rows != plan.rowBlock) return next;
    for (int32_t i = 0; i < plan.places && next.count < MOST_AHEAD; i++)
      if (places[i].column == 1 && places[i].row == columns) next.at[next.count++] = at[i] + (int64_t)rows * columns;
    return next;
  }

  void run(const Instruction* first, int32_t count) {
    locate();
    const Ahead next = nextBlock();
    const Ahead* ahead = next.count > 0 ? &next : nullptr;
    for (int32_t n = 0; n < count; n++) {
      const Instruction& instruction = first[n];
      const Entry& entry = entries[instruction.code];
      const bool wide = instruction.wide != 0;
      Span span;
      span.ahead = nullptr;
      if (wide && instruction.code >= InstructionCode::EXP && instruction.code < InstructionCode::GATHER) {
        span.ahead = ahead;
        ahead = nullptr;
      }
      span.rows = wide ? rows : 1;
      span.columns = wide || plan.sumsRows ? columns : rows;
      const int32_t words[3] = {instruction.a, instruction.b, instruction.c};
      if (instruction.code >= SUM) {
        span.to = operand(instruction.to, false);
        span.operands[0] = operand(words[0], true);
        entry.with[plan.sumsRows](span);
        continue;
      }
      span.to = operand(instruction.to, wide);
      bool straight = span.to.step == span.columns;
      int splats = 0;
      for (int k = 0; k < entry.operands; k++) {
        const Operand& x = span.operands[k] = operand(words[k], wide);
        splats |= (int)x.splat << k;
        straight = straight && x.step == (x.splat ? 0 : span.columns);
      }
      if (instruction.code == GATHER) splats = 0;
      else if (straight && wide) {
        span.columns *= span.rows;
        span.rows = 1;
      }
      entry.with[splats](span);
    }
  }

  void overRows() {
    int32_t begin, end;
    range(CUT_ROWS, plan.rows, begin, end);
    for (row = begin; row < end; row += plan.rowBlock) {
      rows = end - row < plan.rowBlock ? end - row : plan.rowBlock;
      if (plan.sumsRows) run(instructions + plan.before, plan.during);
      else overColumns([this] { run(instructions, plan.during); });
    }
    row = 0;
  }

  template <class Body>
  void overColumns(Body body) {
    int32_t begin, end;
    range(CUT_COLUMNS, plan.columns, begin, end);
    for (column = begin; column < end; column += plan.columnBlock) {
      columns = end - column < plan.columnBlock ? end - column : plan.columnBlock;
      body();
    }
    column = 0;
  }

  template <class Body>
  void overLoops(int32_t level, int32_t last, Body body) {
    if (level == last) return body();
    int32_t begin, end;
    range(level, plan.loops[level], begin, end);
    for (index[level] = begin; index[level] < end; index[level]++) overLoops(level + 1, last, body);
    index[level] = 0;
  }

 public:
  explicit Walk(const LoopCall& given) : call(given), plan(*(const LoopPlan*)given.words) {
    places = (const LoopPlace*)(&plan + 1);
    instructions = (const Instruction*)(places + plan.places);
    blockFloats = registerFloats(plan.rowBlock * plan.columnBlock);
    lineFloats = registerFloats(plan.rowBlock > plan.columnBlock ? plan.rowBlock : plan.columnBlock);
    lines = call.registers + (int64_t)plan.blockRegisters * blockFloats;
  }

  void all() {
    overLoops(0, plan.outer, [this] {
      if (!plan.sumsRows) return overRows();
      overColumns([this] {
        run(instructions, plan.before);
        overLoops(plan.outer, plan.outer + plan.inner, [this] { overRows(); });
        run(instructions + plan.before + plan.during, plan.after);
      });
    });
  }
};

void loops(const LoopCall& call) {
  if (((const LoopPlan*)call.words)->rows == RANDOM_ROWS) randomBits(call);
  else Walk(call).all();
}

}  // namespace
