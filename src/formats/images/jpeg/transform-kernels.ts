// The inverse cosine transforms of libjpeg for whole blocks, on vectors: pixels come out exactly as libjpeg gives them.
// Owns: the accurate one (Loeffler, Ligtenberg, Moschytz), the fast one (Arai, Agui, Nakajima), flat blocks. Leaves smaller
// blocks to small-transforms.ts. Blocks are dequantized coefficients in natural order, 32 bits each.
import type { ModuleBuilder } from '../../../assembler/module.ts';
import {
  add,
  type Local,
  lane,
  load,
  op,
  shr,
  shuffle,
  shuffle32,
  type Value,
  vector,
  Writer,
} from '../../../assembler/writer.ts';

/** What `put` does with a block. */
export const TRANSFORM = { fast: 0, accurate: 1, small: 2 } as const;

type Eight = readonly [Local, Local, Local, Local, Local, Local, Local, Local];
/** Eight numbers to eight, in all lanes; `finish` takes what stands before the last shift. */
type Butterfly = (w: Writer, input: Eight, finish: (value: Value) => Value) => Eight;

const plus = (a: Value, b: Value): Value => op('i32x4.add', a, b);
const minus = (a: Value, b: Value): Value => op('i32x4.sub', a, b);
const times = (a: Value, factor: number): Value => op('i32x4.mul', a, vector(factor));
const down = (a: Value, bits: number): Value => op('i32x4.shr_s', a, bits);
const keep = (w: Writer, value: Value): Local => w.local('v128', value);

const fast: Butterfly = (w, [b0, b1, b2, b3, b4, b5, b6, b7], finish) => {
  const e0 = keep(w, plus(b0, b4));
  const e1 = keep(w, minus(b0, b4));
  const e3 = keep(w, plus(b2, b6));
  const e2 = keep(w, minus(down(times(minus(b2, b6), 362), 8), e3));
  const t0 = keep(w, plus(e0, e3));
  const t3 = keep(w, minus(e0, e3));
  const t1 = keep(w, plus(e1, e2));
  const t2 = keep(w, minus(e1, e2));
  const z13 = keep(w, plus(b5, b3));
  const z10 = keep(w, minus(b5, b3));
  const z11 = keep(w, plus(b1, b7));
  const z12 = keep(w, minus(b1, b7));
  const t7 = keep(w, plus(z11, z13));
  const z5 = keep(w, down(times(plus(z10, z12), 473), 8));
  const t6 = keep(w, minus(plus(down(times(z10, -669), 8), z5), t7));
  const t5 = keep(w, minus(down(times(minus(z11, z13), 362), 8), t6));
  const t4 = keep(w, plus(minus(down(times(z12, 277), 8), z5), t5));
  const out = (value: Value): Local => keep(w, finish(value));
  return [
    out(plus(t0, t7)),
    out(plus(t1, t6)),
    out(plus(t2, t5)),
    out(minus(t3, t4)),
    out(plus(t3, t4)),
    out(minus(t2, t5)),
    out(minus(t1, t6)),
    out(minus(t0, t7)),
  ];
};

/** 12 multiplications for eight numbers, by factors that are scaled by 2¹³. */
const accurate: Butterfly = (w, [b0, b1, b2, b3, b4, b5, b6, b7], finish) => {
  const even = keep(w, times(plus(b2, b6), 4433));
  const e2 = keep(w, minus(even, times(b6, 15137)));
  const e3 = keep(w, plus(even, times(b2, 6270)));
  const e0 = keep(w, op('i32x4.shl', plus(b0, b4), 13));
  const e1 = keep(w, op('i32x4.shl', minus(b0, b4), 13));
  const [t10, t13, t11, t12] = [plus(e0, e3), minus(e0, e3), plus(e1, e2), minus(e1, e2)].map((v) => keep(w, v)) as [
    Local,
    Local,
    Local,
    Local,
  ];
  const z5 = keep(w, times(plus(plus(b7, b3), plus(b5, b1)), 9633));
  const z1 = keep(w, times(plus(b7, b1), -7373));
  const z2 = keep(w, times(plus(b5, b3), -20995));
  const z3 = keep(w, minus(z5, times(plus(b7, b3), 16069)));
  const z4 = keep(w, minus(z5, times(plus(b5, b1), 3196)));
  const t0 = keep(w, plus(times(b7, 2446), plus(z1, z3)));
  const t1 = keep(w, plus(times(b5, 16819), plus(z2, z4)));
  const t2 = keep(w, plus(times(b3, 25172), plus(z2, z3)));
  const t3 = keep(w, plus(times(b1, 12299), plus(z1, z4)));
  const out = (value: Value): Local => keep(w, finish(value));
  return [
    out(plus(t10, t3)),
    out(plus(t11, t2)),
    out(plus(t12, t1)),
    out(plus(t13, t0)),
    out(minus(t13, t0)),
    out(minus(t12, t1)),
    out(minus(t11, t2)),
    out(minus(t10, t3)),
  ];
};

/** Four vectors of four: rows to columns. */
function transposed(w: Writer, a: Local, b: Local, c: Local, d: Local): [Local, Local, Local, Local] {
  const [ab, cd] = [keep(w, shuffle32(a, b, [0, 4, 1, 5])), keep(w, shuffle32(c, d, [0, 4, 1, 5]))];
  const [AB, CD] = [keep(w, shuffle32(a, b, [2, 6, 3, 7])), keep(w, shuffle32(c, d, [2, 6, 3, 7]))];
  return [
    keep(w, shuffle32(ab, cd, [0, 1, 4, 5])),
    keep(w, shuffle32(ab, cd, [2, 3, 6, 7])),
    keep(w, shuffle32(AB, CD, [0, 1, 4, 5])),
    keep(w, shuffle32(AB, CD, [2, 3, 6, 7])),
  ];
}

const rounded =
  (bits: number): ((value: Value) => Value) =>
  (value) =>
    down(plus(value, vector(1 << (bits - 1))), bits);

/** `name(block, out, stride)`. */
function defineTransform(
  module: ModuleBuilder,
  name: string,
  butterfly: Butterfly,
  finishColumns: (value: Value) => Value,
  finishRows: (value: Value) => Value,
): number {
  const w = new Writer(name, ['i32', 'i32', 'i32']);
  const [block, out, stride] = w.params as [Local, Local, Local];
  // Columns 0–3 and 4–7: each vector holds four numbers of a row.
  const [left, right] = [0, 16].map((half) => {
    const rows = Array.from({ length: 8 }, (_, row) => keep(w, load('v128.load', block, row * 32 + half)));
    return butterfly(w, rows as readonly Local[] as Eight, finishColumns);
  }) as [Eight, Eight];
  for (const top of [0, 4]) {
    const quarter = (half: Eight) => transposed(w, half[top]!, half[top + 1]!, half[top + 2]!, half[top + 3]!);
    // Now each vector holds four numbers of a column.
    const columns = butterfly(w, [...quarter(left), ...quarter(right)], finishRows);
    // Sums are brought to bytes with clipping, four rows of two columns each time, then sorted by row.
    const pairs = [0, 2, 4, 6].map((i) =>
      keep(w, op('i16x8.add_sat_s', op('i16x8.narrow_i32x4_s', columns[i]!, columns[i + 1]!), vector(0x00800080))),
    ) as [Local, Local, Local, Local];
    const bytes = [
      keep(w, op('i8x16.narrow_i16x8_u', pairs[0], pairs[1])),
      keep(w, op('i8x16.narrow_i16x8_u', pairs[2], pairs[3])),
    ] as const;
    for (const row of [0, 2]) {
      const byRow = Array.from({ length: 16 }, (_, i) => (i & 7) * 4 + row + (i >> 3));
      const two = keep(w, shuffle(bytes[0], bytes[1], byRow));
      for (const half of [0, 1]) {
        w.storeLane('v128.store64_lane', out, two, half);
        w.set(out, add(out, stride));
      }
    }
  }
  return w.define(module, false);
}

/**
 * `put(block, out, stride, transform, last)`: the pixels of a block whose coefficients after zigzag position `last` are zero; clears
 * the block. `small`, with the same arguments, is called for smaller blocks.
 */
export function definePut(module: ModuleBuilder, small: number): number {
  const same = (value: Value): Value => value;
  const transforms = [
    defineTransform(module, 'fastTransform', fast, same, (value) => down(value, 5)),
    defineTransform(module, 'accurateTransform', accurate, rounded(11), rounded(18)),
  ] as const;
  const w = new Writer('put', ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [block, out, stride, transform, last] = w.params as [Local, Local, Local, Local, Local];
  w.if(
    op('i32.ge_s', transform, TRANSFORM.small),
    () => w.call(small, block, out, stride, transform, last),
    () =>
      w.if(
        last,
        () =>
          w.if(
            transform,
            () => w.call(transforms[1], block, out, stride),
            () => w.call(transforms[0], block, out, stride),
          ),
        () => {
          // Nothing but the mean.
          const level = w.local('i32', load('i32.load', block));
          w.if(
            transform,
            () => w.set(level, shr(add(level, 4), 3)),
            () => w.set(level, shr(level, 5)),
          );
          const clipped = op(
            'i8x16.narrow_i16x8_u',
            op('i16x8.add_sat_s', op('i16x8.narrow_i32x4_s', op('i32x4.splat', level), vector(0)), vector(0x00800080)),
            vector(0),
          );
          const bytes = w.local('v128', op('i32x4.splat', lane('i32x4.extract_lane', clipped, 0)));
          for (let row = 0; row < 8; row++) {
            w.storeLane('v128.store64_lane', out, bytes, 0);
            w.set(out, add(out, stride));
          }
        },
      ),
  );
  for (let i = 0; i < 256; i += 16) w.store('v128.store', block, vector(0), i);
  return w.define(module);
}
