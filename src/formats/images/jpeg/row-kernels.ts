// Rows of planes to rows of pixels, on vectors: libjpeg's smooth interpolation of planes of half the size, and its colours.
// Owns: the functions `wide`, `wideOfTwo`, `colors`. All read and write up to SLACK bytes beyond their rows.
import type { ModuleBuilder } from '../../../assembler/module.ts';
import { add, type Local, load, mul, op, shl, shuffle, type Value, vector, Writer } from '../../../assembler/writer.ts';

/** Bytes after each buffer that a vector may touch. */
export const SLACK = 64;

const plus = (a: Value, b: Value): Value => op('i16x8.add', a, b);
const keep = (w: Writer, value: Value): Local => w.local('v128', value);
const short = (value: number): Value => vector((value & 0xffff) | (value << 16));

/**
 * `name(near, far, width, out, sums)`: twice the width, each pixel three parts of the nearer and one of the farther column; of two
 * rows in the same way where `isOfTwo`. `sums` is room for the row in 16 bits.
 */
function defineWide(module: ModuleBuilder, name: string, isOfTwo: boolean): void {
  const w = new Writer(name, ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [near, far, width, out, sums] = w.params as [Local, Local, Local, Local, Local];
  const x = w.local('i32', 0);
  // The row begins at sums + 16, with its ends repeated beside it.
  w.loop((again) => {
    const one = load('v128.load8x8_u', add(near, x));
    const sum = isOfTwo ? plus(op('i16x8.mul', one, short(3)), load('v128.load8x8_u', add(far, x))) : one;
    w.store('v128.store', add(sums, shl(x, 1)), sum, 16);
    w.set(x, add(x, 8));
    again(op('i32.lt_s', x, width));
  });
  w.store('i32.store16', sums, load('i32.load16_u', sums, 16), 14);
  w.store('i32.store16', add(sums, shl(width, 1)), load('i32.load16_u', add(sums, shl(width, 1)), 14), 16);
  const [even, odd, shift] = isOfTwo ? [8, 7, 4] : [1, 2, 2];
  w.set(x, 0);
  const [middle, left, right] = [0, 0, 0].map(() => w.local('v128')) as [Local, Local, Local];
  w.loop((again) => {
    const at = w.local('i32', add(sums, shl(x, 1)));
    w.set(middle, op('i16x8.mul', load('v128.load', at, 16), short(3)));
    w.set(left, op('i16x8.shr_u', plus(plus(middle, load('v128.load', at, 14)), short(even)), shift));
    w.set(right, op('i16x8.shr_u', plus(plus(middle, load('v128.load', at, 18)), short(odd)), shift));
    // Even and odd pixels take turns: sums are below 256 now.
    w.store('v128.store', add(out, shl(x, 1)), op('v128.or', left, op('i16x8.shl', right, 8)));
    w.set(x, add(x, 8));
    again(op('i32.lt_s', x, width));
  });
  w.define(module);
}

/** Elements of two vectors by turns: of their first or second halves. `size` is an element's in bytes. */
const byTurns = (a: Value, b: Value, half: 0 | 1, size: 1 | 2): Value =>
  shuffle(
    a,
    b,
    Array.from({ length: 16 }, (_, i) => {
      const element = Math.floor(i / size);
      return half * 8 + (element >> 1) * size + (i % size) + (element & 1) * 16;
    }),
  );
/** Four pixels of (red, green, blue, nothing) without the nothing; the last four bytes mean nothing. */
const withoutFourth = Array.from({ length: 16 }, (_, i) => (i < 12 ? Math.floor(i / 3) * 4 + (i % 3) : 15));

/** `colors(y, cb, cr, width, out)`: YCbCr to red, green, blue, with libjpeg's whole numbers. */
function defineColors(module: ModuleBuilder): void {
  const w = new Writer('colors', ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [y, cb, cr, width, out] = w.params as [Local, Local, Local, Local, Local];
  const x = w.local('i32', 0);
  const [luma, blue, red] = [0, 0, 0].map(() => w.local('v128')) as [Local, Local, Local];
  /** (a · factorA + b · factorB + bias) >> 16 of eight shorts: products are summed in pairs. */
  const product = (a: Local, factorA: number, b: Value, factorB: number, bias: number): Value => {
    const factors = vector((factorA & 0xffff) | (factorB << 16));
    const half = (number: 0 | 1): Value => {
      const sum = op('i32x4.dot_i16x8_s', byTurns(a, b, number, 2), factors);
      return op('i32x4.shr_s', bias === 0 ? sum : op('i32x4.add', sum, vector(bias)), 16);
    };
    return op('i16x8.narrow_i32x4_s', half(0), half(1));
  };
  // Rounding is a product too: 128 · 256 = 2¹⁵.
  const rounded = (a: Local, factor: number): Value => product(a, factor, short(128), 256, 0);
  w.loop((again) => {
    const parts: [Local[], Local[], Local[]] = [[], [], []];
    for (const from of [0, 8]) {
      const read = (row: Local): Value => load('v128.load8x8_u', add(row, x), from);
      w.set(luma, read(y));
      w.set(blue, op('i16x8.sub', read(cb), short(128)));
      w.set(red, op('i16x8.sub', read(cr), short(128)));
      // Factors above 2¹⁵ are taken apart: 91881 = 2¹⁶ + 26345, 116130 = 2¹⁷ − 14942, 46802 = 2¹⁶ − 18734.
      parts[0].push(keep(w, plus(plus(luma, red), rounded(red, 26345))));
      parts[1].push(keep(w, plus(op('i16x8.sub', luma, red), product(blue, -22554, red, 18734, 32768))));
      parts[2].push(keep(w, plus(plus(luma, plus(blue, blue)), rounded(blue, -14942))));
    }
    const [r, g, b] = parts.map((halves) => keep(w, op('i8x16.narrow_i16x8_u', halves[0]!, halves[1]!))) as [
      Local,
      Local,
      Local,
    ];
    const at = w.local('i32', add(out, mul(x, 3)));
    for (const half of [0, 1] as const) {
      const redGreen = keep(w, byTurns(r, g, half, 1));
      const blueNothing = keep(w, byTurns(b, vector(0), half, 1));
      for (const quarter of [0, 1] as const) {
        const pixels = keep(w, byTurns(redGreen, blueNothing, quarter, 2));
        // Each four pixels overwrite what the ones before wrote too much.
        w.store('v128.store', at, shuffle(pixels, pixels, withoutFourth), half * 24 + quarter * 12);
      }
    }
    w.set(x, add(x, 16));
    again(op('i32.lt_s', x, width));
  });
  w.define(module);
}

export function defineRowKernels(module: ModuleBuilder): void {
  defineWide(module, 'wide', false);
  defineWide(module, 'wideOfTwo', true);
  defineColors(module);
}
