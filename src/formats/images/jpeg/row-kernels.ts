// Rows of planes of half the size to rows of full size, on vectors, as libjpeg interpolates them smoothly.
// Owns: the functions `wide`, `wideOfTwo`. All read and write up to SLACK bytes beyond their rows. Colours stand in color-kernels.ts.
import type { ModuleBuilder } from '../../../assembler/module.ts';
import { add, type Local, load, op, shl, type Value, vector, Writer } from '../../../assembler/writer.ts';

/** Bytes after each buffer that a vector may touch. */
export const SLACK = 64;
const plus = (a: Value, b: Value): Value => op('i16x8.add', a, b);
const short = (value: number): Value => vector((value & 0xffff) | (value << 16));

/**
 * `name(near, far, width, out, sums)`: twice the width, each pixel three parts of the nearer and one of the farther column; of two
 * rows in the same way where `isOfTwo`. `sums` is room for the row in 16 bits.
 */
export function defineWide(module: ModuleBuilder, name: string, isOfTwo: boolean): number {
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
  return w.define(module);
}
