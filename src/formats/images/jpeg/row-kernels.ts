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

/** Which bytes of (red, green) and of (those, blue) make each third of sixteen pixels; 255 for those of the other step. */
function interleaving(third: number): [first: number[], second: number[]] {
  const [first, second]: [number[], number[]] = [[], []];
  for (let i = 0; i < 16; i++) {
    const [pixel, channel] = [Math.floor((third * 16 + i) / 3), (third * 16 + i) % 3];
    first.push(channel === 2 ? 0 : channel * 16 + pixel);
    second.push(channel === 2 ? 16 + pixel : i);
  }
  return [first, second];
}

/** `colors(y, cb, cr, width, out)`: YCbCr to red, green, blue, with libjpeg's whole numbers. */
function defineColors(module: ModuleBuilder): void {
  const w = new Writer('colors', ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [y, cb, cr, width, out] = w.params as [Local, Local, Local, Local, Local];
  const x = w.local('i32', 0);
  const [luma, blue, red] = [0, 0, 0].map(() => w.local('v128')) as [Local, Local, Local];
  /** (a · factor [+ b · factorB] + 2¹⁵) >> 16 of eight shorts. */
  const product = (a: Local, factor: number, b?: Local, factorB = 0): Value => {
    const half = (end: 'low' | 'high'): Value => {
      const first = op(`i32x4.extmul_${end}_i16x8_s`, a, short(factor));
      const sum = b ? op('i32x4.add', first, op(`i32x4.extmul_${end}_i16x8_s`, b, short(factorB))) : first;
      return op('i32x4.shr_s', op('i32x4.add', sum, vector(32768)), 16);
    };
    return op('i16x8.narrow_i32x4_s', half('low'), half('high'));
  };
  w.loop((again) => {
    const parts: [Local[], Local[], Local[]] = [[], [], []];
    for (const from of [0, 8]) {
      const read = (row: Local): Value => load('v128.load8x8_u', add(row, x), from);
      w.set(luma, read(y));
      w.set(blue, op('i16x8.sub', read(cb), short(128)));
      w.set(red, op('i16x8.sub', read(cr), short(128)));
      // Factors above 2¹⁵ are taken apart: 91881 = 2¹⁶ + 26345, 116130 = 2¹⁷ − 14942, 46802 = 2¹⁶ − 18734.
      parts[0].push(keep(w, plus(plus(luma, red), product(red, 26345))));
      parts[1].push(keep(w, plus(op('i16x8.sub', luma, red), product(blue, -22554, red, 18734))));
      parts[2].push(keep(w, plus(plus(luma, plus(blue, blue)), product(blue, -14942))));
    }
    const [r, g, b] = parts.map((halves) => keep(w, op('i8x16.narrow_i16x8_u', halves[0]!, halves[1]!))) as [
      Local,
      Local,
      Local,
    ];
    for (const third of [0, 1, 2]) {
      const [first, second] = interleaving(third);
      w.store('v128.store', add(out, mul(x, 3)), shuffle(shuffle(r, g, first), b, second), third * 16);
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
