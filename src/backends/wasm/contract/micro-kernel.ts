// The innermost piece of a matrix product: one tile of C in registers while the sum over k runs.
// Owns: the function (a, b, c, count, accumulate) for one tile size and one set of strides, which are constants of the code.
import type { Code } from '../assembler/code.ts';
import { FunctionBuilder } from '../assembler/module.ts';
import { flushVector } from '../codegen/flush.ts';

export interface TileShape {
  readonly rows: number;
  /** Columns that exist; vectors of four are computed, what is beyond is not stored. */
  readonly columns: number;
  /** Floats between rows of A, and between its terms of the sum. */
  readonly aRow: number;
  readonly aDepth: number;
  /** Floats between the rows of the panel of B. */
  readonly bDepth: number;
  readonly cRow: number;
}

export const tileKey = (t: TileShape): string => Object.values(t).join();

export function tileFunction(shape: TileShape, relaxed: boolean): FunctionBuilder {
  const { rows, columns, aRow, aDepth, bDepth, cRow } = shape;
  const fn = new FunctionBuilder(`tile${rows}x${columns}`, {
    params: ['i32', 'i32', 'i32', 'i32', 'i32'],
    results: [],
  });
  const [a, b, c, count, accumulate] = [0, 1, 2, 3, 4];
  const code = fn.body;
  const vectors = Math.ceil(columns / 4);
  const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => fn.local('v128')));
  const right = Array.from({ length: vectors }, () => fn.local('v128'));
  const left = fn.local('v128');
  for (const row of sums) for (const sum of row) code.v128([0, 0, 0, 0]).set(sum);

  code.get(count).if().loop();
  for (let j = 0; j < vectors; j++) {
    code
      .get(b)
      .memory('v128.load', j * 16)
      .set(right[j]!);
  }
  for (let i = 0; i < rows; i++) {
    code
      .get(a)
      .memory('v128.load32_splat', i * aRow * 4)
      .set(left);
    for (let j = 0; j < vectors; j++) {
      const sum = sums[i]![j]!;
      if (relaxed) code.get(left).get(right[j]!).get(sum).op('f32x4.relaxed_madd').set(sum);
      else code.get(sum).get(left).get(right[j]!).op('f32x4.mul', 'f32x4.add').set(sum);
    }
  }
  advance(code, a, aDepth * 4);
  advance(code, b, bDepth * 4);
  code.get(count).i32(-1).op('i32.add').tee(count).branchIf(0).end().end();

  code.get(accumulate).if();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < vectors; j++) {
      const sum = sums[i]![j]!;
      code
        .get(sum)
        .get(c)
        .memory('v128.load', (i * cRow + j * 4) * 4)
        .op('f32x4.add')
        .set(sum);
    }
  }
  code.end();
  for (const row of sums) {
    for (const sum of row) {
      code.get(sum);
      flushVector(code, left);
      code.set(sum);
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < vectors; j++) storeFloats(code, c, (i * cRow + j * 4) * 4, sums[i]![j]!, columns - j * 4);
  }
  return fn;
}

const advance = (code: Code, local: number, bytes: number): void => {
  code.get(local).i32(bytes).op('i32.add').set(local);
};

/** Stores the first `lanes` floats of a vector (all four when there are more). */
export function storeFloats(code: Code, address: number, offset: number, vector: number, lanes: number): void {
  if (lanes >= 4) {
    code.get(address).get(vector).memory('v128.store', offset);
    return;
  }
  if (lanes >= 2) code.get(address).get(vector).memoryLane('v128.store64_lane', 0, offset);
  if (lanes % 2 === 1) {
    const lane = lanes - 1;
    code
      .get(address)
      .get(vector)
      .memoryLane('v128.store32_lane', lane, offset + lane * 4);
  }
}
