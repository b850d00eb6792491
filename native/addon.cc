// The addon as JavaScript sees it, and the choice of instructions by what the processor has.
// Owns: Node-API. An instance stands for one thread of one engine memory; there is no state that threads share.
//   abi, instructions          what was built, and the instruction sets that this processor has, best first
//   open(view, instructions)   takes a typed array over the engine's memory and one of those names; gives a handle
//   move(handle, view)         the memory has moved
//   bind(handle, words)        gives contract(plan, a, b, c, scratch, firstRow, rows, 2 group | accumulate, matrices), where
//                              plan counts 32-bit words into `words` and the pointers are byte offsets into memory
//   bindLoops(handle, words)   gives loops(plan, begin, end, scratch): scratch holds the byte offsets of the buffers, one in each
//                              word, and from LOOP_HEADER on has room for the plan's registers
//   copyRows(…)                rows of an array into memory
#include <node_api.h>
#include <cstdlib>
#include <cstring>
#include "loop-plan.h"
#include "plan.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

struct Memory {
  uint8_t* base;
  Contract contract;
  Loops loops;
};

struct Bound {
  Memory* memory;
  napi_ref keeper;
  int32_t* words;
};

/** The kernels that this processor can run, best first. */
struct Kernels {
  const char* instructions;
  Contract contract;
  Loops loops;
};

int available(Kernels (&list)[2]) {
  int count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) list[count++] = {"AVX-512", contractAvx512, loopsAvx512};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) list[count++] = {"AVX2", contractAvx2, loopsAvx2};
#elif defined(__aarch64__)
  list[count++] = {"NEON", contractNeon, loopsNeon};
#endif
  return count;
}

/**
 * While this lives subnormal results are 0, as in the engine's own kernels; operands too where there are many products. ARM has one
 * mode for both: there, where operands count, results stay as they are as well.
 */
struct FlushSubnormals {
#if defined(__x86_64__)
  unsigned before = _mm_getcsr();
  explicit FlushSubnormals(bool operands) { _mm_setcsr(before | (operands ? 0x8040 : 0x8000)); }
  ~FlushSubnormals() { _mm_setcsr(before); }
#elif defined(__aarch64__)
  uint64_t before;
  explicit FlushSubnormals(bool operands) {
    asm volatile("mrs %0, fpcr" : "=r"(before));
    if (operands) asm volatile("msr fpcr, %0" ::"r"(before | (1u << 24)));
  }
  ~FlushSubnormals() { asm volatile("msr fpcr, %0" ::"r"(before)); }
#endif
};

napi_value fail(napi_env env, const char* message) {
  napi_throw_type_error(env, nullptr, message);
  return nullptr;
}

bool elementsOf(napi_env env, napi_value value, void** data, size_t* length) {
  bool is = false;
  if (napi_is_typedarray(env, value, &is) != napi_ok || !is) return false;
  return napi_get_typedarray_info(env, value, nullptr, length, data, nullptr, nullptr) == napi_ok;
}

napi_value open(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value args[2], result;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  void* data = nullptr;
  size_t length = 0;
  char wanted[16];
  if (count < 2 || !elementsOf(env, args[0], &data, &length) || !data ||
      napi_get_value_string_utf8(env, args[1], wanted, sizeof wanted, &length) != napi_ok)
    return fail(env, "open: wanted a typed array and the name of instructions");
  Kernels list[2];
  const Kernels* found = nullptr;
  for (int i = available(list) - 1; i >= 0; i--)
    if (strcmp(list[i].instructions, wanted) == 0) found = &list[i];
  if (!found) return fail(env, "open: this processor has no such instructions");
  Memory* memory = new Memory{(uint8_t*)data, found->contract, found->loops};
  napi_create_external(env, memory, [](napi_env, void* held, void*) { delete (Memory*)held; }, nullptr, &result);
  return result;
}

napi_value move(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value args[2];
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  void *held = nullptr, *data = nullptr;
  size_t length = 0;
  if (count < 2 || napi_get_value_external(env, args[0], &held) != napi_ok || !elementsOf(env, args[1], &data, &length))
    return fail(env, "move: wanted a handle and a typed array");
  ((Memory*)held)->base = (uint8_t*)data;
  return nullptr;
}

constexpr size_t ARGUMENTS = 9;

napi_value run(napi_env env, napi_callback_info info) {
  size_t count = ARGUMENTS;
  napi_value args[ARGUMENTS];
  void* held;
  napi_get_cb_info(env, info, &count, args, nullptr, &held);
  const Bound& bound = *(Bound*)held;
  int32_t x[ARGUMENTS] = {};
  for (size_t i = 0; i < count && i < ARGUMENTS; i++) napi_get_value_int32(env, args[i], x + i);
  // Addresses are unsigned; JavaScript hands the upper half over as negative numbers.
  const auto at = [&](int32_t offset) { return (float*)(bound.memory->base + (uint32_t)offset); };
  const FlushSubnormals flush(true);
  bound.memory->contract({(const Plan*)(bound.words + x[0]), at(x[1]), at(x[2]), at(x[3]), at(x[4]), x[5], x[6], x[7] >> 1, x[8],
          (x[7] & 1) != 0, bound.memory->base});
  return nullptr;
}

/** copyRows(handle, to, from, row bytes, order or null, first, count): rows of an array to an address of the memory. */
napi_value copyRows(napi_env env, napi_callback_info info) {
  constexpr size_t COUNT = 7;
  size_t count = COUNT;
  napi_value args[COUNT];
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  void *held = nullptr, *from = nullptr, *order = nullptr;
  size_t bytes = 0, known = 0;
  int64_t to = 0, row = 0, first = 0, rows = 0;
  if (count < COUNT || napi_get_value_external(env, args[0], &held) != napi_ok ||
      napi_get_value_int64(env, args[1], &to) != napi_ok || !elementsOf(env, args[2], &from, &bytes) ||
      napi_get_value_int64(env, args[3], &row) != napi_ok || napi_get_value_int64(env, args[5], &first) != napi_ok ||
      napi_get_value_int64(env, args[6], &rows) != napi_ok)
    return fail(env, "copyRows: wanted a handle, an address, bytes, the bytes of a row, an order or null, and which rows");
  const bool ordered = elementsOf(env, args[4], &order, &known);
  const size_t all = row > 0 ? bytes / row : 0;
  if (first < 0 || rows < 0 || (size_t)(first + rows) > (ordered ? known : all))
    return fail(env, "copyRows: rows out of range");
  uint8_t* target = ((Memory*)held)->base + to;
  if (!ordered) {
    memcpy(target, (uint8_t*)from + first * row, rows * row);
    return nullptr;
  }
  for (int64_t i = 0; i < rows; i++) {
    const size_t number = ((uint32_t*)order)[first + i];
    if (number >= all) return fail(env, "copyRows: a row out of range");
    memcpy(target + i * row, (uint8_t*)from + number * row, row);
  }
  return nullptr;
}

/** Where the registers of a loop kernel begin in its scratch memory, behind the addresses of its buffers. */
constexpr int LOOP_HEADER = 256;
constexpr size_t LOOP_ARGUMENTS = 4;

napi_value runLoops(napi_env env, napi_callback_info info) {
  size_t count = LOOP_ARGUMENTS;
  napi_value args[LOOP_ARGUMENTS];
  void* held;
  napi_get_cb_info(env, info, &count, args, nullptr, &held);
  const Bound& bound = *(Bound*)held;
  int32_t x[LOOP_ARGUMENTS] = {};
  for (size_t i = 0; i < count && i < LOOP_ARGUMENTS; i++) napi_get_value_int32(env, args[i], x + i);
  const Memory& memory = *bound.memory;
  const uint32_t* scratch = (const uint32_t*)(memory.base + (uint32_t)x[3]);
  float* buffers[LOOP_HEADER / 4];
  for (int i = 0; i < LOOP_HEADER / 4; i++) buffers[i] = (float*)(memory.base + scratch[i]);
  const FlushSubnormals flush(false);
  memory.loops({bound.words + x[0], buffers, (float*)((uint8_t*)scratch + LOOP_HEADER), x[1], x[2]});
  return nullptr;
}

/** A function over plans, kept with the memory that it works on. */
napi_value bound(napi_env env, napi_callback_info info, const char* name, napi_callback callback) {
  size_t count = 2;
  napi_value args[2], result;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  void *held = nullptr, *words = nullptr;
  size_t length = 0;
  napi_typedarray_type type;
  if (count < 2 || napi_get_value_external(env, args[0], &held) != napi_ok ||
      napi_get_typedarray_info(env, args[1], &type, &length, &words, nullptr, nullptr) != napi_ok || type != napi_int32_array)
    return fail(env, "bind: wanted a handle and an Int32Array");
  Bound* bound = new Bound{(Memory*)held, nullptr, (int32_t*)malloc(length * 4 + 4)};
  memcpy(bound->words, words, length * 4);
  napi_create_reference(env, args[0], 1, &bound->keeper);
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, bound, &result);
  const auto release = [](napi_env env, void* data, void*) {
    Bound* bound = (Bound*)data;
    napi_delete_reference(env, bound->keeper);
    free(bound->words);
    delete bound;
  };
  napi_add_finalizer(env, result, bound, release, nullptr, nullptr);
  return result;
}

napi_value bind(napi_env env, napi_callback_info info) { return bound(env, info, "contract", run); }
napi_value bindLoops(napi_env env, napi_callback_info info) { return bound(env, info, "loops", runLoops); }

void property(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value made;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &made);
  napi_set_named_property(env, exports, name, made);
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value value, name;
  napi_create_int32(env, ABI, &value);
  napi_set_named_property(env, exports, "abi", value);
  Kernels list[2];
  const int count = available(list);
  napi_create_array_with_length(env, count, &value);
  for (int i = 0; i < count; i++) {
    napi_create_string_utf8(env, list[i].instructions, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, value, i, name);
  }
  napi_set_named_property(env, exports, "instructions", value);
  property(env, exports, "open", open);
  property(env, exports, "move", move);
  property(env, exports, "bind", bind);
  property(env, exports, "bindLoops", bindLoops);
  property(env, exports, "copyRows", copyRows);
  return exports;
}
