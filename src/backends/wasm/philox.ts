// Philox4x32-10, the counter-based generator of random bits (Salmon et al. 2011), four blocks at a time.
// Owns: the WebAssembly function philox(begin, end, state, output) over blocks [begin, end): `count` numbers from any place in the
// stream on, which need not be where a block begins.
import { FunctionBuilder } from '../../assembler/module.ts';

const MULTIPLIER_0 = 0xd2511f53 | 0;
const MULTIPLIER_1 = 0xcd9e8d57 | 0;
const WEYL_0 = 0x9e3779b9 | 0;
const WEYL_1 = 0xbb67ae85 | 0;

/**
 * (begin block, end block, address of the state, output address, count of numbers) → (). begin is a multiple of 4. The state: key
 * (2 u32), counter (4 u32), the number in the stream that comes first (u64); blocks are counted from the one that holds it.
 */
export function philoxFunction(): FunctionBuilder {
  const fn = new FunctionBuilder('philox', { params: ['i32', 'i32', 'i32', 'i32', 'i32'], results: [] });
  const [block, end, state, output, count] = [0, 1, 2, 3, 4];
  const code = fn.body;
  const low = fn.local('i64');
  const high = fn.local('i64');
  const base = fn.local('i64');
  const skipped = fn.local('i64');
  const shift = fn.local('i32');
  const key0 = fn.local('v128');
  const key1 = fn.local('v128');
  const k0 = fn.local('v128');
  const k1 = fn.local('v128');
  const c = [0, 1, 2, 3].map(() => fn.local('v128'));
  const [low0, high0, low1, high1, p, q] = [0, 1, 2, 3, 4, 5].map(() => fn.local('v128')) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const at = fn.local('i32');
  const left = fn.local('i32');

  code.get(state).memory('v128.load32_splat').set(key0);
  code.get(state).memory('v128.load32_splat', 4).set(key1);
  code.get(state).memory('i64.load', 8).set(base);
  code.get(state).memory('i64.load', 24).i64(2n).op('i64.shr_u').set(skipped);
  code.get(state).memory('i32.load', 24).i32(3).op('i32.and').set(shift);
  code.block().get(block).get(end).op('i32.ge_u').branchIf(0).loop();
  // Four counters: base + skipped + block + lane, carried into the upper half.
  for (let lane = 0; lane < 4; lane++) {
    code.get(base).get(skipped).op('i64.add').get(block).op('i64.extend_i32_u', 'i64.add');
    code.i64(BigInt(lane)).op('i64.add').set(low);
    code.get(state).memory('i64.load', 16).get(low).get(base).op('i64.lt_u', 'i64.extend_i32_u', 'i64.add').set(high);
    const words: readonly (readonly [number, boolean])[] = [
      [low, false],
      [low, true],
      [high, false],
      [high, true],
    ];
    words.forEach(([source, upper], word) => {
      if (lane > 0) code.get(c[word]!);
      code.get(source);
      if (upper) code.i64(32n).op('i64.shr_u');
      code.op('i32.wrap_i64');
      if (lane === 0) code.op('i32x4.splat');
      else code.lane('i32x4.replace_lane', lane);
      code.set(c[word]!);
    });
  }
  code.get(key0).set(k0).get(key1).set(k1);
  const multiply = (x: number, by: number, lowResult: number, highResult: number) => {
    code.get(x).v128([by, by, by, by]).op('i64x2.extmul_low_i32x4_u').set(p);
    code.get(x).v128([by, by, by, by]).op('i64x2.extmul_high_i32x4_u').set(q);
    code.get(p).get(q).shuffle32(0, 2, 4, 6).set(lowResult);
    code.get(p).get(q).shuffle32(1, 3, 5, 7).set(highResult);
  };
  for (let round = 0; round < 10; round++) {
    multiply(c[0]!, MULTIPLIER_0, low0, high0);
    multiply(c[2]!, MULTIPLIER_1, low1, high1);
    code.get(high1).get(c[1]!).op('v128.xor').get(k0).op('v128.xor').set(c[0]!);
    code.get(high0).get(c[3]!).op('v128.xor').get(k1).op('v128.xor').set(c[2]!);
    code.get(low1).set(c[1]!).get(low0).set(c[3]!);
    if (round === 9) continue;
    code.get(k0).v128([WEYL_0, WEYL_0, WEYL_0, WEYL_0]).op('i32x4.add').set(k0);
    code.get(k1).v128([WEYL_1, WEYL_1, WEYL_1, WEYL_1]).op('i32x4.add').set(k1);
  }
  // Blocks lie one after the other: transpose 4×4.
  code.get(c[0]!).get(c[1]!).shuffle32(0, 4, 1, 5).set(p);
  code.get(c[2]!).get(c[3]!).shuffle32(0, 4, 1, 5).set(q);
  code.get(c[0]!).get(c[1]!).shuffle32(2, 6, 3, 7).set(low0);
  code.get(c[2]!).get(c[3]!).shuffle32(2, 6, 3, 7).set(low1);
  code.get(p).get(q).shuffle32(0, 1, 4, 5).set(c[0]!);
  code.get(p).get(q).shuffle32(2, 3, 6, 7).set(c[1]!);
  code.get(low0).get(low1).shuffle32(0, 1, 4, 5).set(c[2]!);
  code.get(low0).get(low1).shuffle32(2, 3, 6, 7).set(c[3]!);
  code.get(output).get(block).i32(4).op('i32.shl', 'i32.add').get(shift).i32(2).op('i32.shl', 'i32.sub').set(at);
  code.get(count).get(shift).op('i32.add').get(block).i32(2).op('i32.shl', 'i32.sub').tee(left).i32(16).op('i32.ge_s');
  // The first numbers of the first block are not wanted.
  code.get(block).get(shift).op('i32.eqz', 'i32.or').i32(0).op('i32.ne', 'i32.and').if();
  for (let lane = 0; lane < 4; lane++)
    code
      .get(at)
      .get(c[lane]!)
      .memory('v128.store', lane * 16);
  code.else();
  for (let i = 0; i < 16; i++) {
    code.get(left).i32(i).op('i32.gt_s');
    if (i < 3) code.get(block).i32(i).get(shift).op('i32.ge_u', 'i32.or').i32(0).op('i32.ne', 'i32.and');
    code.if();
    code
      .get(at)
      .get(c[i >> 2]!)
      .memoryLane('v128.store32_lane', i & 3, i * 4);
    code.end();
  }
  code.end();
  code.get(block).i32(4).op('i32.add').tee(block).get(end).op('i32.lt_u').branchIf(0).end().end();
  return fn;
}
