// The innermost piece of a matrix product: one tile of C in registers while the sum over depth runs.
// Owns: the function (a, b, c, count, accumulate) for one tile size and one set of strides, which are constants of the code.
import type { Code } from '../../../assembler/code.ts';
import { FunctionBuilder } from '../../../assembler/module.ts';
import { flushVector } from '../codegen/flush.ts';

/** One loop of the sum, in floats. The outermost runs `count` times, the others their extents. */
export interface DepthLoop {
  readonly extent: number;
  readonly a: number;
  readonly b: number;
}

export interface TileShape {
  readonly rows: number;
  /** Columns that exist; vectors of four are computed, what is beyond is not stored. */
  readonly columns: number;
  /** Floats between rows of A and of C. */
  readonly aRow: number;
  readonly cRow: number;
  /** Outermost first; at least one. */
  readonly depth: readonly DepthLoop[];
  /** The panel of B is contiguous with so many floats to a term, whatever the loops; 0: it has the loops' strides. */
  readonly packed: number;
}

export const tileKey = (t: TileShape): string => `tile ${JSON.stringify(t)}`;

export function tileFunction(shape: TileShape, relaxed: boolean): FunctionBuilder {
  const { rows, columns, aRow, cRow, depth, packed } = shape;
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

  const multiply = (aAt: number, bAt: number) => {
    for (let j = 0; j < vectors; j++) {
      code
        .get(bAt)
        .memory('v128.load', j * 16)
        .set(right[j]!);
    }
    for (let i = 0; i < rows; i++) {
      code
        .get(aAt)
        .memory('v128.load32_splat', i * aRow * 4)
        .set(left);
      for (let j = 0; j < vectors; j++) {
        const sum = sums[i]![j]!;
        if (relaxed) code.get(left).get(right[j]!).get(sum).op('f32x4.relaxed_madd').set(sum);
        else code.get(sum).get(left).get(right[j]!).op('f32x4.mul', 'f32x4.add').set(sum);
      }
    }
  };
  const nest = (level: number, aAt: number, bAt: number, counter: number) => {
    const loop = depth[level]!;
    code.loop();
    if (level === depth.length - 1) {
      multiply(aAt, bAt);
      if (packed > 0) advance(code, bAt, packed * 4);
    } else {
      const inner = depth[level + 1]!;
      const [aInner, left] = [fn.local('i32'), fn.local('i32')];
      const bInner = packed > 0 ? bAt : fn.local('i32');
      code.get(aAt).set(aInner).i32(inner.extent).set(left);
      if (packed === 0) code.get(bAt).set(bInner);
      nest(level + 1, aInner, bInner, left);
    }
    advance(code, aAt, loop.a * 4);
    if (packed === 0) advance(code, bAt, loop.b * 4);
    code.get(counter).i32(-1).op('i32.add').tee(counter).branchIf(0).end();
  };
  code.get(count).if();
  nest(0, a, b, count);
  code.end();

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
  if (bytes !== 0) code.get(local).i32(bytes).op('i32.add').set(local);
};

/** Stores the first `lanes` floats of a vector (all four when there are more). */
function storeFloats(code: Code, address: number, offset: number, vector: number, lanes: number): void {
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
