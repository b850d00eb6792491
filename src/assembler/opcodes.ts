// The names and numbers of WebAssembly instructions, as the specification's text format writes them.
// Owns: the opcode table. Immediates (memory arguments, lanes, labels) are written by code.ts.

/** Consecutive opcodes from a first one; an empty name leaves a number unused. */
interface Run<Name extends string> {
  readonly prefix: number;
  readonly first: number;
  readonly names: readonly Name[];
}
const run = <const Name extends string>(prefix: number, first: number, names: readonly Name[]): Run<Name> => ({
  prefix,
  first,
  names,
});

const control = run(0, 0x00, ['unreachable', 'nop']);
const parametric = run(0, 0x1a, ['drop', 'select']);
const flow = run(0, 0x0f, ['return']);
const end = run(0, 0x0b, ['end']);
const branch = run(0, 0x05, ['else']);

/** Instructions with a memory argument. */
const memory = run(0, 0x28, [
  'i32.load',
  'i64.load',
  'f32.load',
  'f64.load',
  'i32.load8_s',
  'i32.load8_u',
  'i32.load16_s',
  'i32.load16_u',
  'i64.load8_s',
  'i64.load8_u',
  'i64.load16_s',
  'i64.load16_u',
  'i64.load32_s',
  'i64.load32_u',
  'i32.store',
  'i64.store',
  'f32.store',
  'f64.store',
  'i32.store8',
  'i32.store16',
  'i64.store8',
  'i64.store16',
  'i64.store32',
]);

const numeric = run(0, 0x45, [
  ...(['i32.eqz', 'i32.eq', 'i32.ne', 'i32.lt_s', 'i32.lt_u', 'i32.gt_s', 'i32.gt_u', 'i32.le_s', 'i32.le_u'] as const),
  ...(['i32.ge_s', 'i32.ge_u'] as const),
  ...(['i64.eqz', 'i64.eq', 'i64.ne', 'i64.lt_s', 'i64.lt_u', 'i64.gt_s', 'i64.gt_u', 'i64.le_s', 'i64.le_u'] as const),
  ...(['i64.ge_s', 'i64.ge_u'] as const),
  ...(['f32.eq', 'f32.ne', 'f32.lt', 'f32.gt', 'f32.le', 'f32.ge'] as const),
  ...(['f64.eq', 'f64.ne', 'f64.lt', 'f64.gt', 'f64.le', 'f64.ge'] as const),
  ...(['i32.clz', 'i32.ctz', 'i32.popcnt', 'i32.add', 'i32.sub', 'i32.mul', 'i32.div_s', 'i32.div_u'] as const),
  ...(['i32.rem_s', 'i32.rem_u', 'i32.and', 'i32.or', 'i32.xor', 'i32.shl', 'i32.shr_s', 'i32.shr_u'] as const),
  ...(['i32.rotl', 'i32.rotr'] as const),
  ...(['i64.clz', 'i64.ctz', 'i64.popcnt', 'i64.add', 'i64.sub', 'i64.mul', 'i64.div_s', 'i64.div_u'] as const),
  ...(['i64.rem_s', 'i64.rem_u', 'i64.and', 'i64.or', 'i64.xor', 'i64.shl', 'i64.shr_s', 'i64.shr_u'] as const),
  ...(['i64.rotl', 'i64.rotr'] as const),
  ...(['f32.abs', 'f32.neg', 'f32.ceil', 'f32.floor', 'f32.trunc', 'f32.nearest', 'f32.sqrt', 'f32.add'] as const),
  ...(['f32.sub', 'f32.mul', 'f32.div', 'f32.min', 'f32.max', 'f32.copysign'] as const),
  ...(['f64.abs', 'f64.neg', 'f64.ceil', 'f64.floor', 'f64.trunc', 'f64.nearest', 'f64.sqrt', 'f64.add'] as const),
  ...(['f64.sub', 'f64.mul', 'f64.div', 'f64.min', 'f64.max', 'f64.copysign'] as const),
  ...(['i32.wrap_i64', 'i32.trunc_f32_s', 'i32.trunc_f32_u', 'i32.trunc_f64_s', 'i32.trunc_f64_u'] as const),
  ...(['i64.extend_i32_s', 'i64.extend_i32_u', 'i64.trunc_f32_s', 'i64.trunc_f32_u', 'i64.trunc_f64_s'] as const),
  ...(['i64.trunc_f64_u', 'f32.convert_i32_s', 'f32.convert_i32_u', 'f32.convert_i64_s', 'f32.convert_i64_u'] as const),
  ...(['f32.demote_f64', 'f64.convert_i32_s', 'f64.convert_i32_u', 'f64.convert_i64_s', 'f64.convert_i64_u'] as const),
  ...(['f64.promote_f32', 'i32.reinterpret_f32', 'i64.reinterpret_f64', 'f32.reinterpret_i32'] as const),
  ...(['f64.reinterpret_i64', 'i32.extend8_s', 'i32.extend16_s', 'i64.extend8_s', 'i64.extend16_s'] as const),
  'i64.extend32_s',
]);

const saturating = run(0xfc, 0, [
  ...(['i32.trunc_sat_f32_s', 'i32.trunc_sat_f32_u', 'i32.trunc_sat_f64_s', 'i32.trunc_sat_f64_u'] as const),
  ...(['i64.trunc_sat_f32_s', 'i64.trunc_sat_f32_u', 'i64.trunc_sat_f64_s', 'i64.trunc_sat_f64_u'] as const),
]);

const simdMemory = run(0xfd, 0, [
  ...(['v128.load', 'v128.load8x8_s', 'v128.load8x8_u', 'v128.load16x4_s', 'v128.load16x4_u'] as const),
  ...(['v128.load32x2_s', 'v128.load32x2_u', 'v128.load8_splat', 'v128.load16_splat', 'v128.load32_splat'] as const),
  ...(['v128.load64_splat', 'v128.store'] as const),
]);
const simdMemoryZero = run(0xfd, 92, ['v128.load32_zero', 'v128.load64_zero']);
const simdMemoryLane = run(0xfd, 84, [
  ...(['v128.load8_lane', 'v128.load16_lane', 'v128.load32_lane', 'v128.load64_lane'] as const),
  ...(['v128.store8_lane', 'v128.store16_lane', 'v128.store32_lane', 'v128.store64_lane'] as const),
]);
const simdLane = run(0xfd, 21, [
  ...(['i8x16.extract_lane_s', 'i8x16.extract_lane_u', 'i8x16.replace_lane'] as const),
  ...(['i16x8.extract_lane_s', 'i16x8.extract_lane_u', 'i16x8.replace_lane'] as const),
  ...(['i32x4.extract_lane', 'i32x4.replace_lane', 'i64x2.extract_lane', 'i64x2.replace_lane'] as const),
  ...(['f32x4.extract_lane', 'f32x4.replace_lane', 'f64x2.extract_lane', 'f64x2.replace_lane'] as const),
]);
const simdSplat = run(0xfd, 14, [
  ...(['i8x16.swizzle', 'i8x16.splat', 'i16x8.splat', 'i32x4.splat', 'i64x2.splat', 'f32x4.splat'] as const),
  'f64x2.splat',
]);
const simdCompare = run(0xfd, 35, [
  ...(['i8x16.eq', 'i8x16.ne', 'i8x16.lt_s', 'i8x16.lt_u', 'i8x16.gt_s', 'i8x16.gt_u'] as const),
  ...(['i8x16.le_s', 'i8x16.le_u', 'i8x16.ge_s', 'i8x16.ge_u'] as const),
  ...(['i16x8.eq', 'i16x8.ne', 'i16x8.lt_s', 'i16x8.lt_u', 'i16x8.gt_s', 'i16x8.gt_u'] as const),
  ...(['i16x8.le_s', 'i16x8.le_u', 'i16x8.ge_s', 'i16x8.ge_u'] as const),
  ...(['i32x4.eq', 'i32x4.ne', 'i32x4.lt_s', 'i32x4.lt_u', 'i32x4.gt_s', 'i32x4.gt_u'] as const),
  ...(['i32x4.le_s', 'i32x4.le_u', 'i32x4.ge_s', 'i32x4.ge_u'] as const),
  ...(['f32x4.eq', 'f32x4.ne', 'f32x4.lt', 'f32x4.gt', 'f32x4.le', 'f32x4.ge'] as const),
  ...(['f64x2.eq', 'f64x2.ne', 'f64x2.lt', 'f64x2.gt', 'f64x2.le', 'f64x2.ge'] as const),
  ...(['v128.not', 'v128.and', 'v128.andnot', 'v128.or', 'v128.xor', 'v128.bitselect', 'v128.any_true'] as const),
]);
const simdConvert = run(0xfd, 94, ['f32x4.demote_f64x2_zero', 'f64x2.promote_low_f32x4']);
const simdRound = run(0xfd, 103, ['f32x4.ceil', 'f32x4.floor', 'f32x4.trunc', 'f32x4.nearest']);
const simdRoundDouble = run(0xfd, 116, ['f64x2.ceil', 'f64x2.floor']);
const simdTruncDouble = run(0xfd, 122, ['f64x2.trunc']);
const simdNearestDouble = run(0xfd, 148, ['f64x2.nearest']);
const simdNarrow = run(0xfd, 100, ['i8x16.bitmask', 'i8x16.narrow_i16x8_s', 'i8x16.narrow_i16x8_u']);
const simdShort = run(0xfd, 133, [
  ...(['i16x8.narrow_i32x4_s', 'i16x8.narrow_i32x4_u', 'i16x8.extend_low_i8x16_s'] as const),
  ...(['i16x8.extend_high_i8x16_s', 'i16x8.extend_low_i8x16_u', 'i16x8.extend_high_i8x16_u'] as const),
  ...(['i16x8.shl', 'i16x8.shr_s', 'i16x8.shr_u', 'i16x8.add', 'i16x8.add_sat_s', 'i16x8.add_sat_u'] as const),
  ...(['i16x8.sub', 'i16x8.sub_sat_s', 'i16x8.sub_sat_u', '', 'i16x8.mul'] as const),
]);
const simdInteger = run(0xfd, 160, [
  ...(['i32x4.abs', 'i32x4.neg', '', 'i32x4.all_true', 'i32x4.bitmask', '', ''] as const),
  ...(['i32x4.extend_low_i16x8_s', 'i32x4.extend_high_i16x8_s', 'i32x4.extend_low_i16x8_u'] as const),
  ...(['i32x4.extend_high_i16x8_u', 'i32x4.shl', 'i32x4.shr_s', 'i32x4.shr_u', 'i32x4.add', '', ''] as const),
  ...(['i32x4.sub', '', '', '', 'i32x4.mul', 'i32x4.min_s', 'i32x4.min_u', 'i32x4.max_s', 'i32x4.max_u'] as const),
  ...(['i32x4.dot_i16x8_s', '', 'i32x4.extmul_low_i16x8_s', 'i32x4.extmul_high_i16x8_s'] as const),
  ...(['i32x4.extmul_low_i16x8_u', 'i32x4.extmul_high_i16x8_u'] as const),
  ...(['i64x2.abs', 'i64x2.neg', '', 'i64x2.all_true', 'i64x2.bitmask', '', ''] as const),
  ...(['i64x2.extend_low_i32x4_s', 'i64x2.extend_high_i32x4_s', 'i64x2.extend_low_i32x4_u'] as const),
  ...(['i64x2.extend_high_i32x4_u', 'i64x2.shl', 'i64x2.shr_s', 'i64x2.shr_u', 'i64x2.add', '', ''] as const),
  ...(['i64x2.sub', '', '', '', 'i64x2.mul', 'i64x2.eq', 'i64x2.ne', 'i64x2.lt_s', 'i64x2.gt_s'] as const),
  ...(['i64x2.le_s', 'i64x2.ge_s', 'i64x2.extmul_low_i32x4_s', 'i64x2.extmul_high_i32x4_s'] as const),
  ...(['i64x2.extmul_low_i32x4_u', 'i64x2.extmul_high_i32x4_u'] as const),
  ...(['f32x4.abs', 'f32x4.neg', '', 'f32x4.sqrt', 'f32x4.add', 'f32x4.sub', 'f32x4.mul', 'f32x4.div'] as const),
  ...(['f32x4.min', 'f32x4.max', 'f32x4.pmin', 'f32x4.pmax'] as const),
  ...(['f64x2.abs', 'f64x2.neg', '', 'f64x2.sqrt', 'f64x2.add', 'f64x2.sub', 'f64x2.mul', 'f64x2.div'] as const),
  ...(['f64x2.min', 'f64x2.max', 'f64x2.pmin', 'f64x2.pmax'] as const),
  ...(['i32x4.trunc_sat_f32x4_s', 'i32x4.trunc_sat_f32x4_u', 'f32x4.convert_i32x4_s'] as const),
  ...(['f32x4.convert_i32x4_u', 'i32x4.trunc_sat_f64x2_s_zero', 'i32x4.trunc_sat_f64x2_u_zero'] as const),
  ...(['f64x2.convert_low_i32x4_s', 'f64x2.convert_low_i32x4_u'] as const),
]);
/** Relaxed SIMD: only where the engine validates it. */
const relaxed = run(0xfd, 0x105, [
  ...(['f32x4.relaxed_madd', 'f32x4.relaxed_nmadd', 'f64x2.relaxed_madd', 'f64x2.relaxed_nmadd'] as const),
  ...(['i8x16.relaxed_laneselect', 'i16x8.relaxed_laneselect', 'i32x4.relaxed_laneselect'] as const),
  'i64x2.relaxed_laneselect',
]);
const atomicWait = run(0xfe, 0, ['memory.atomic.notify', 'memory.atomic.wait32', 'memory.atomic.wait64']);
const atomicLoad = run(0xfe, 0x10, ['i32.atomic.load', 'i64.atomic.load']);
const atomicStore = run(0xfe, 0x17, ['i32.atomic.store']);
const atomicAdd = run(0xfe, 0x1e, ['i32.atomic.rmw.add']);
const atomicSub = run(0xfe, 0x25, ['i32.atomic.rmw.sub']);
const atomicExchange = run(0xfe, 0x49, ['i64.atomic.rmw.cmpxchg']);

type Names<R> = R extends Run<infer Name> ? Exclude<Name, ''> : never;

/** Instructions without immediates. */
export type PlainOp = Names<
  | typeof control
  | typeof parametric
  | typeof flow
  | typeof end
  | typeof branch
  | typeof numeric
  | typeof saturating
  | typeof simdSplat
  | typeof simdCompare
  | typeof simdConvert
  | typeof simdRound
  | typeof simdRoundDouble
  | typeof simdTruncDouble
  | typeof simdNearestDouble
  | typeof simdNarrow
  | typeof simdShort
  | typeof simdInteger
  | typeof relaxed
>;
/** Instructions with an alignment and an offset. */
export type MemoryOp = Names<
  | typeof memory
  | typeof simdMemory
  | typeof simdMemoryZero
  | typeof atomicWait
  | typeof atomicLoad
  | typeof atomicStore
  | typeof atomicAdd
  | typeof atomicSub
  | typeof atomicExchange
>;
/** Instructions with a lane number. */
export type LaneOp = Names<typeof simdLane>;
/** Instructions with a memory argument and a lane number. */
export type MemoryLaneOp = Names<typeof simdMemoryLane>;
export type Op = PlainOp | MemoryOp | LaneOp | MemoryLaneOp;

/** The encoding of each instruction: prefix · 2¹⁶ + number. */
export const encoding: Readonly<Record<Op, number>> = (() => {
  const table: Record<string, number> = {};
  const runs: readonly Run<string>[] = [
    ...[control, parametric, flow, end, branch, memory, numeric, saturating, simdMemory, simdMemoryZero],
    ...[simdMemoryLane, simdLane, simdSplat, simdCompare, simdConvert, simdRound, simdRoundDouble, simdTruncDouble],
    ...[simdNearestDouble, simdNarrow, simdShort, simdInteger, relaxed, atomicWait, atomicLoad, atomicStore],
    ...[atomicAdd, atomicSub, atomicExchange],
  ];
  for (const { prefix, first, names } of runs) {
    names.forEach((name, i) => {
      if (name !== '') table[name] = prefix * 65536 + first + i;
    });
  }
  return table as Record<Op, number>;
})();

/** Largest alignment, as a power of two, that an atomic access must state; other accesses state 0. */
export const atomicAlignment: Readonly<Partial<Record<Op, number>>> = {
  'memory.atomic.notify': 2,
  'memory.atomic.wait32': 2,
  'memory.atomic.wait64': 3,
  'i32.atomic.load': 2,
  'i64.atomic.load': 3,
  'i32.atomic.store': 2,
  'i32.atomic.rmw.add': 2,
  'i32.atomic.rmw.sub': 2,
  'i64.atomic.rmw.cmpxchg': 3,
};
