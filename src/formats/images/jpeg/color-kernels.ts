// Rows of luma and two colours to pixels, on vectors, with libjpeg's whole numbers; and the common case as one function: a picture whose
// colours have its size, or half of it.
// Owns: the functions `colors` and `photograph`. Leaves interpolation to row-kernels.ts.
import type { ModuleBuilder } from '../../../assembler/module.ts';
import {
  add,
  and,
  type Local,
  load,
  mul,
  op,
  shr,
  shuffle,
  shuffle32,
  sub,
  type Value,
  vector,
  Writer,
} from '../../../assembler/writer.ts';
import { defineWide } from './row-kernels.ts';

/** Bytes after the floats that are written too: fifteen pixels. */
export const FLOAT_SLACK = 180;
const plus = (a: Value, b: Value): Value => op('i16x8.add', a, b);
const keep = (w: Writer, value: Value): Local => w.local('v128', value);
const short = (value: number): Value => vector((value & 0xffff) | (value << 16));

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

/** `name(y, cb, cr, width, out)`: YCbCr to red, green, blue, with libjpeg's whole numbers; `write` writes sixteen pixels. */
function defineColors(
  module: ModuleBuilder,
  name: string,
  pixelBytes: number,
  write: (w: Writer, at: Local, r: Local, g: Local, b: Local) => void,
): number {
  const w = new Writer(name, ['i32', 'i32', 'i32', 'i32', 'i32']);
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
    write(w, w.local('i32', add(out, mul(x, pixelBytes))), r, g, b);
    w.set(x, add(x, 16));
    again(op('i32.lt_s', x, width));
  });
  return w.define(module);
}

function writeBytes(w: Writer, at: Local, r: Local, g: Local, b: Local): void {
  for (const half of [0, 1] as const) {
    const redGreen = keep(w, byTurns(r, g, half, 1));
    const blueNothing = keep(w, byTurns(b, vector(0), half, 1));
    for (const quarter of [0, 1] as const) {
      const pixels = keep(w, byTurns(redGreen, blueNothing, quarter, 2));
      // Each four pixels overwrite what the ones before wrote too much.
      w.store('v128.store', at, shuffle(pixels, pixels, withoutFourth), half * 24 + quarter * 12);
    }
  }
}

function writeFloats(w: Writer, at: Local, r: Local, g: Local, b: Local): void {
  for (let quarter = 0; quarter < 4; quarter++) {
    // Four reds, four greens, four blues.
    const redGreen = keep(w, shuffle32(r, g, [quarter, 4 + quarter, quarter, 4 + quarter]));
    const pixels = keep(w, shuffle32(redGreen, b, [0, 1, 4 + quarter, 4 + quarter]));
    for (let third = 0; third < 3; third++) {
      // A byte in each lane; places beyond the vector give zeros.
      const places = Array.from({ length: 4 }, (_, i) => {
        const [pixel, channel] = [Math.floor((third * 4 + i) / 3), (third * 4 + i) % 3];
        return (channel * 4 + pixel) | (0x808080 << 8);
      });
      const four = op('f32x4.convert_i32x4_s', op('i8x16.swizzle', pixels, vector(...places)));
      w.store('v128.store', at, four, quarter * 48 + third * 16);
    }
  }
}

/** How colours of a picture are interpolated. */
export const SPREAD = { none: 0, wide: 1, wideOfTwo: 2 } as const;
/** What `photograph` reads, in bytes from its first argument; see Photograph. */
const FIELDS = [
  'spread',
  'luma',
  'lumaStride',
  'blue',
  'red',
  'stride',
  'planeWidth',
  'planeHeight',
  'width',
  'height',
  'out',
  'asFloats',
  'work',
] as const;
export const PHOTOGRAPH_SIZE = FIELDS.length * 4;
/** Addresses of the planes and what they are: `stride`, `planeWidth` and `planeHeight` are those of blue and red. */
export type Photograph = Readonly<Record<(typeof FIELDS)[number], number>>;
export const photographWords = (picture: Photograph): readonly number[] => FIELDS.map((field) => picture[field]);

/** Bytes at `work`: a row of blue, one of red, their sums. */
export const workOf = (width: number): number => 2 * rowOf(width) + 2 * width + 64;
const rowOf = (width: number): number => width + 32;

/** `photograph(address)`: the whole picture. */
function definePhotograph(
  module: ModuleBuilder,
  wide: number,
  wideOfTwo: number,
  colors: number,
  floatColors: number,
): void {
  const w = new Writer('photograph', ['i32']);
  const [address] = w.params as [Local];
  const field = Object.fromEntries(
    FIELDS.map((name, i) => [name, w.local('i32', load('i32.load', address, i * 4))]),
  ) as Record<(typeof FIELDS)[number], Local>;
  const { spread, luma, lumaStride, blue, red, stride, planeWidth, planeHeight, width, height, out, asFloats, work } =
    field;
  const [y, near, far] = [0, 0, 0].map(() => w.local('i32', 0)) as [Local, Local, Local];
  const rows = [blue, red].map((_, i) => w.local('i32', add(work, mul(add(width, 32), i)))) as [Local, Local];
  const sums = w.local('i32', add(rows[1], add(width, 32)));
  const bounded = (row: Local): Value => {
    const low = op('select', row, 0, op('i32.gt_s', row, 0));
    return op('select', low, sub(planeHeight, 1), op('i32.lt_s', row, planeHeight));
  };
  w.loop((again) => {
    // The rows of colours: as they are, or interpolated.
    const half = op('i32.eq', spread, SPREAD.wideOfTwo);
    w.set(near, op('select', shr(y, 1), y, half));
    w.if(
      spread,
      () => {
        w.set(far, add(near, sub(op('i32.shl', and(y, 1), 1), 1)));
        w.set(far, mul(bounded(far), stride));
        w.set(near, mul(near, stride));
        [blue, red].forEach((plane, i) => {
          w.if(
            op('i32.eq', spread, SPREAD.wide),
            () => w.call(wide, add(plane, near), 0, planeWidth, rows[i]!, sums),
            () => w.call(wideOfTwo, add(plane, near), add(plane, far), planeWidth, rows[i]!, sums),
          );
        });
      },
      () => {
        w.set(rows[0], add(blue, mul(y, stride)));
        w.set(rows[1], add(red, mul(y, stride)));
      },
    );
    w.set(near, add(luma, mul(y, lumaStride)));
    w.set(y, add(y, 1));
    w.if(
      asFloats,
      () => {
        w.call(floatColors, near, rows[0], rows[1], width, out);
        w.set(out, add(out, mul(width, 12)));
      },
      () => {
        w.call(colors, near, rows[0], rows[1], width, out);
        w.set(out, add(out, mul(width, 3)));
      },
    );
    again(op('i32.lt_s', y, height));
  });
  w.define(module);
}

export function defineColorKernels(module: ModuleBuilder): void {
  const wide = defineWide(module, 'wide', false);
  const wideOfTwo = defineWide(module, 'wideOfTwo', true);
  const bytes = defineColors(module, 'colors', 3, writeBytes);
  const floats = defineColors(module, 'floatColors', 12, writeFloats);
  definePhotograph(module, wide, wideOfTwo, bytes, floats);
}

/** `grey(at, count)`: what blocks without data look like. */
export function defineGrey(module: ModuleBuilder): void {
  const w = new Writer('grey', ['i32', 'i32']);
  const [at, count] = w.params as [Local, Local];
  w.fill(at, 128, count);
  w.define(module);
}
