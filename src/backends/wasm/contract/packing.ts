// Copies of operands in the order in which the micro-kernel reads them.
// Owns: (source, target, count) functions that turn `width` columns (or rows) with constant strides into [count][width].
import { FunctionBuilder } from '../assembler/module.ts';

export interface PackShape {
  /** Elements that stand side by side in the packed panel; those beyond `exist` are 0. */
  readonly width: number;
  readonly exist: number;
  /** Floats between neighbours, and between successive terms of the sum, in the source. */
  readonly across: number;
  readonly along: number;
}

export const packKey = (p: PackShape): string => `pack,${Object.values(p).join()}`;

export function packFunction(shape: PackShape): FunctionBuilder {
  const { width, exist, across, along } = shape;
  const fn = new FunctionBuilder(`pack${width}`, { params: ['i32', 'i32', 'i32'], results: [] });
  const [source, target, count] = [0, 1, 2];
  const code = fn.body;
  const step = (local: number, bytes: number) => {
    code.get(local).i32(bytes).op('i32.add').set(local);
  };

  if (across !== 1 && along === 1) {
    // Contiguous along the sum: squares of 4 × 4 are transposed.
    const rows = [0, 1, 2, 3].map(() => fn.local('v128'));
    const halves = [0, 1, 2, 3].map(() => fn.local('v128'));
    const [r0, r1, r2, r3] = rows as [number, number, number, number];
    const [h0, h1, h2, h3] = halves as [number, number, number, number];
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
    step(source, 16);
    step(target, width * 16);
    code.get(count).i32(-4).op('i32.add').tee(count).i32(4).op('i32.ge_s').branchIf(0).end().end();
  }
  // One term of the sum at a time: whole vectors where neighbours are contiguous, single floats else.
  code.block().get(count).op('i32.eqz').branchIf(0).loop();
  for (let first = 0; first < width; first += 4) {
    if (across === 1 && first + 4 <= exist) {
      code
        .get(target)
        .get(source)
        .memory('v128.load', first * 4)
        .memory('v128.store', first * 4);
      continue;
    }
    for (let i = first; i < Math.min(first + 4, width); i++) {
      code.get(target);
      if (i < exist) code.get(source).memory('f32.load', i * across * 4);
      else code.f32(0);
      code.memory('f32.store', i * 4);
    }
  }
  step(source, along * 4);
  step(target, width * 4);
  code.get(count).i32(-1).op('i32.add').tee(count).branchIf(0).end().end();
  return fn;
}
