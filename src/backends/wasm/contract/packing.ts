// Copies of operands in the order in which a tile reads them.
// Owns: (source, target, count) functions that turn `width` columns (or rows) with constant strides into [depth][width].
import type { Code } from '../../../assembler/code.ts';
import { FunctionBuilder } from '../../../assembler/module.ts';

export interface PackShape {
  /** Elements that stand side by side in the packed panel; those beyond `exist` are 0. */
  readonly width: number;
  readonly exist: number;
  /** Floats between neighbours in the source. */
  readonly across: number;
  /** The loops of the sum, outermost first: extent and floats between terms. The outermost runs `count` times. */
  readonly depth: readonly { readonly extent: number; readonly along: number }[];
  /** So many panels side by side in the source, this far apart in the target (in floats). */
  readonly panels: number;
  readonly apart: number;
}

export const packKey = (p: PackShape): string => `pack ${JSON.stringify(p)}`;

export function packFunction(shape: PackShape): FunctionBuilder {
  const fn = new FunctionBuilder(`pack${shape.width}`, { params: ['i32', 'i32', 'i32'], results: [] });
  const [source, target, count] = [0, 1, 2];
  const code = fn.body;
  const nest = (level: number, from: number, counter: number) => {
    const { along } = shape.depth[level]!;
    if (level === shape.depth.length - 1) {
      innermost(fn, shape, from, target, counter);
      return;
    }
    const [inner, left] = [fn.local('i32'), fn.local('i32')];
    code.loop();
    code
      .get(from)
      .set(inner)
      .i32(shape.depth[level + 1]!.extent)
      .set(left);
    nest(level + 1, inner, left);
    step(code, from, along * 4);
    code.get(counter).i32(-1).op('i32.add').tee(counter).branchIf(0).end();
  };
  code.get(count).if();
  nest(0, source, count);
  code.end();
  return fn;
}

const step = (code: Code, local: number, bytes: number): void => {
  code.get(local).i32(bytes).op('i32.add').set(local);
};

/** The innermost loop; leaves `target` behind what it wrote and `count` at 0. */
function innermost(fn: FunctionBuilder, shape: PackShape, source: number, target: number, count: number): void {
  const { width, exist, across, panels, apart } = shape;
  const { along } = shape.depth[shape.depth.length - 1]!;
  const code = fn.body;
  if (across !== 1 && along === 1 && panels === 1 && width % 4 === 0) transposed(fn, shape, source, target, count);
  // One term of the sum at a time: whole vectors where neighbours are contiguous, single floats else.
  code.block().get(count).op('i32.eqz').branchIf(0).loop();
  for (let panel = 0; panel < panels; panel++) {
    for (let first = 0; first < width; first += 4) {
      const from = (panel * width + first) * across * 4;
      const to = (panel * apart + first) * 4;
      if (across === 1 && first + 4 <= Math.min(exist, width)) {
        code.get(target).get(source).memory('v128.load', from).memory('v128.store', to);
        continue;
      }
      for (let i = first; i < Math.min(first + 4, width); i++) {
        code.get(target);
        if (i < exist) code.get(source).memory('f32.load', (panel * width + i) * across * 4);
        else code.f32(0);
        code.memory('f32.store', (panel * apart + i) * 4);
      }
    }
  }
  step(code, source, along * 4);
  step(code, target, width * 4);
  code.get(count).i32(-1).op('i32.add').tee(count).branchIf(0).end().end();
}

/** Contiguous along the sum: squares of 4 × 4 are transposed. Leaves fewer than four terms. */
function transposed(fn: FunctionBuilder, shape: PackShape, source: number, target: number, count: number): void {
  const { width, exist, across } = shape;
  const code = fn.body;
  const rows = [0, 1, 2, 3].map(() => fn.local('v128'));
  const [r0, r1, r2, r3] = rows as [number, number, number, number];
  const [h0, h1, h2, h3] = [0, 1, 2, 3].map(() => fn.local('v128')) as [number, number, number, number];
  code.block().get(count).i32(4).op('i32.lt_s').branchIf(0).loop();
  for (let first = 0; first < width; first += 4) {
    rows.forEach((row, i) => {
      if (first + i < exist)
        code
          .get(source)
          .memory('v128.load', (first + i) * across * 4)
          .set(row);
      else code.v128([0, 0, 0, 0]).set(row);
    });
    code.get(r0).get(r1).shuffle32(0, 4, 1, 5).set(h0).get(r2).get(r3).shuffle32(0, 4, 1, 5).set(h1);
    code.get(r0).get(r1).shuffle32(2, 6, 3, 7).set(h2).get(r2).get(r3).shuffle32(2, 6, 3, 7).set(h3);
    const put = (x: number, y: number, upper: boolean, k: number) => {
      code.get(target).get(x).get(y);
      if (upper) code.shuffle32(2, 3, 6, 7);
      else code.shuffle32(0, 1, 4, 5);
      code.memory('v128.store', (k * width + first) * 4);
    };
    put(h0, h1, false, 0);
    put(h0, h1, true, 1);
    put(h2, h3, false, 2);
    put(h2, h3, true, 3);
  }
  step(code, source, 16);
  step(code, target, width * 16);
  code.get(count).i32(-4).op('i32.add').tee(count).i32(4).op('i32.ge_s').branchIf(0).end().end();
}
