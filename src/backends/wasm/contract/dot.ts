// Matrix times vector where rows and vector are contiguous: four products of rows at a time, lanes along the sum.
// Owns: the function (begin, end, a, b, c, scratch) over groups of four rows of all batch elements.
import { FunctionBuilder } from '../../../assembler/module.ts';
import { flushScalar } from '../codegen/flush.ts';
import { firstLanes } from '../codegen/lanes.ts';
import type { DotPlan } from './plan.ts';

const ROWS = 4;
/** Terms after which lanes are summed, so that long sums keep their accuracy. */
const BLOCK = 4096;

export function dotFunction({ kernel }: DotPlan, name: string, relaxed: boolean): FunctionBuilder {
  const { m, k, a, b, c } = kernel;
  const fn = new FunctionBuilder(name, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], results: [] });
  const [task, end, aPointer, bPointer, cPointer] = [0, 1, 2, 3, 4];
  const code = fn.body;
  const local = () => fn.local('i32');
  const [group, row, aRow, bRow, at, limit] = [local(), local(), local(), local(), local(), local()];
  const groups = Math.ceil(m / ROWS);
  const sums = Array.from({ length: ROWS * 2 }, () => fn.local('v128'));
  const totals = Array.from({ length: ROWS }, () => fn.local('f32'));
  const right = [fn.local('v128'), fn.local('v128')];
  const multiplyAdd = (sum: number) => {
    // With the two factors on the stack.
    if (relaxed) code.get(sum).op('f32x4.relaxed_madd').set(sum);
    else code.op('f32x4.mul').get(sum).op('f32x4.add').set(sum);
  };

  const rowsOf = (rows: number) => {
    const whole = Math.floor(k / 8) * 8;
    for (let i = 0; i < rows; i++) code.f32(0).set(totals[i]!);
    const clear = () => {
      for (let i = 0; i < rows; i++) for (const half of [0, 1]) code.v128([0, 0, 0, 0]).set(sums[i * 2 + half]!);
    };
    const collect = () => {
      for (let i = 0; i < rows; i++) {
        const sum = sums[i * 2]!;
        code
          .get(sum)
          .get(sums[i * 2 + 1]!)
          .op('f32x4.add')
          .set(sum);
        code.get(sum).get(sum).get(sum).shuffle32(2, 3, 0, 1).op('f32x4.add').set(sum);
        code.get(totals[i]!).get(sum).lane('f32x4.extract_lane', 0).get(sum).lane('f32x4.extract_lane', 1);
        code.op('f32.add', 'f32.add').set(totals[i]!);
      }
    };
    clear();
    if (whole > 0) {
      code.i32(0).set(at).loop();
      if (whole > BLOCK) {
        code
          .get(at)
          .i32(BLOCK * 4)
          .op('i32.add')
          .tee(limit)
          .i32(whole * 4)
          .get(limit)
          .i32(whole * 4);
        code.op('i32.lt_s', 'select').set(limit);
      } else code.i32(whole * 4).set(limit);
      code.loop();
      for (const half of [0, 1])
        code
          .get(bRow)
          .get(at)
          .op('i32.add')
          .memory('v128.load', half * 16)
          .set(right[half]!);
      for (let i = 0; i < rows; i++) {
        for (const half of [0, 1]) {
          code
            .get(aRow)
            .get(at)
            .op('i32.add')
            .memory('v128.load', i * a.rowStride * 4 + half * 16)
            .get(right[half]!);
          multiplyAdd(sums[i * 2 + half]!);
        }
      }
      code.get(at).i32(32).op('i32.add').tee(at).get(limit).op('i32.lt_s').branchIf(0).end();
      if (whole > BLOCK) {
        collect();
        clear();
      }
      code
        .get(at)
        .i32(whole * 4)
        .op('i32.lt_s')
        .branchIf(0)
        .end();
    }
    // What remains: whole vectors, then lanes; what stands behind the end counts nothing.
    for (let rest = whole; rest < k; rest += 4) {
      const lanes = Math.min(4, k - rest);
      const load = (base: number, offset: number) => {
        code.get(base).memory('v128.load', offset);
        if (lanes < 4) code.v128(firstLanes(lanes)).op('v128.and');
      };
      load(bRow, rest * 4);
      code.set(right[0]!);
      for (let i = 0; i < rows; i++) {
        load(aRow, (i * a.rowStride + rest) * 4);
        code.get(right[0]!);
        multiplyAdd(sums[i * 2]!);
      }
    }
    collect();
    code
      .get(cPointer)
      .get(group)
      .i32(c.batchStride * 4)
      .op('i32.mul', 'i32.add');
    code
      .get(row)
      .i32(c.rowStride * 4)
      .op('i32.mul', 'i32.add')
      .set(at);
    for (let i = 0; i < rows; i++) {
      code.get(at).get(totals[i]!);
      flushScalar(code, totals[i]!);
      code.memory('f32.store', i * c.rowStride * 4);
    }
  };

  code.block().get(task).get(end).op('i32.ge_s').branchIf(0).loop();
  code.get(task).i32(groups).op('i32.div_u').set(group);
  code.get(task).i32(groups).op('i32.rem_u').i32(ROWS).op('i32.mul').set(row);
  code
    .get(aPointer)
    .get(group)
    .i32(a.batchStride * 4)
    .op('i32.mul', 'i32.add');
  code
    .get(row)
    .i32(a.rowStride * 4)
    .op('i32.mul', 'i32.add')
    .set(aRow);
  code
    .get(bPointer)
    .get(group)
    .i32(b.batchStride * 4)
    .op('i32.mul', 'i32.add')
    .set(bRow);
  const left = m % ROWS;
  if (left === 0) rowsOf(ROWS);
  else if (m < ROWS) rowsOf(left);
  else {
    code
      .get(row)
      .i32(m - left)
      .op('i32.lt_s')
      .if();
    rowsOf(ROWS);
    code.else();
    rowsOf(left);
    code.end();
  }
  code.get(task).i32(1).op('i32.add').tee(task).get(end).op('i32.lt_s').branchIf(0).end().end();
  return fn;
}
