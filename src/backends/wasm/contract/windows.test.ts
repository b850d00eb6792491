import { describe, expect, it } from 'vitest';
import {
  binary,
  compare,
  constant,
  index,
  integer,
  type LoopKernel,
  load,
  plus,
  read,
} from '../../../compiler/loop-ir.ts';
import { nativeAddon } from '../../../platform/native-addon.ts';
import { prepare } from '../codegen/normalise.ts';
import { createWasmBackend } from '../index.ts';
import { planWindows } from '../native/plan-windows.ts';
import { generator, runKernel } from '../testing.ts';
import { at, filterGradient, forward, inputGradient, kernelOf, loop, type Shape, sum } from './convolution-kernels.ts';
import { matchContraction } from './match.ts';
import type { Windows } from './windows.ts';

const windowsIn = (kernel: LoopKernel): Windows | undefined => matchContraction(prepare(kernel))?.windows;
const shape = (given: Partial<Shape>): Shape => ({
  ...{ images: 2, size: 12, inputs: 16, outputs: 16, window: 3, stride: 1, pad: 0 },
  ...given,
});

interface Plane {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Lines of zeros above, below, left and right of the image. */
  readonly pads: readonly [number, number, number, number];
}
const placesOf = ({ height, width, pads: [above, below, left, right] }: Plane) =>
  [height + above + below - 2, width + left + right - 2] as const;

/** The loops of windows over a plane that is no square and padded differently at each side: forward or the filter's gradient. */
function planeKernel(plane: Plane, ofFilter: boolean): LoopKernel {
  const { images, height, width, inputs, outputs, pads } = plane;
  const [down, across] = placesOf(plane);
  const [n, i, j, o] = [loop('n', images), loop('i', down), loop('j', across), loop('o', outputs)];
  const [h, w, c] = [loop('h', 3), loop('w', 3), loop('c', inputs)];
  const [y, x] = [plus(plus(index(i), index(h)), integer(-pads[0])), plus(plus(index(j), index(w)), integer(-pads[2]))];
  const tests = [
    ...(pads[0] > 0 ? [compare('ge', y, integer(0))] : []),
    ...(pads[1] > 0 ? [compare('lt', y, integer(height))] : []),
    ...(pads[2] > 0 ? [compare('ge', x, integer(0))] : []),
    ...(pads[3] > 0 ? [compare('lt', x, integer(width))] : []),
  ];
  const where = at([index(n), 0], [y, height], [x, width], [index(c), inputs]);
  const guard = tests.reduce<(typeof tests)[number] | ReturnType<typeof binary> | undefined>(
    (all, test) => (all ? binary('and', all, test) : test),
    undefined,
  );
  const image = guard ? load('f32', 0, where, guard, constant('f32', 0)) : load('f32', 0, where);
  const taps = at([index(h), 0], [index(w), 3], [index(c), inputs], [index(o), outputs]);
  const places = at([index(n), 0], [index(i), down], [index(j), across], [index(o), outputs]);
  return ofFilter
    ? kernelOf([h, w, c, o], [n, i, j], binary('mul', image, load('f32', 1, places)), taps, read(sum))
    : kernelOf([n, i, j, o], [h, w, c], binary('mul', image, load('f32', 1, taps)), places, read(sum));
}

/** The same in float64. */
function planeSums(plane: Plane, ofFilter: boolean, a: Float32Array, b: Float32Array): Float64Array {
  const { images, height, width, inputs, outputs, pads } = plane;
  const [down, across] = placesOf(plane);
  const result = new Float64Array(ofFilter ? 9 * inputs * outputs : images * down * across * outputs);
  for (let n = 0; n < images; n++)
    for (let i = 0; i < down; i++)
      for (let j = 0; j < across; j++)
        for (let tap = 0; tap < 9; tap++) {
          const [y, x] = [i + Math.floor(tap / 3) - pads[0], j + (tap % 3) - pads[2]];
          if (y < 0 || y >= height || x < 0 || x >= width) continue;
          const place = ((n * down + i) * across + j) * outputs;
          const pixel = ((n * height + y) * width + x) * inputs;
          for (let c = 0; c < inputs; c++)
            for (let o = 0; o < outputs; o++) {
              const weight = (tap * inputs + c) * outputs + o;
              if (ofFilter) result[weight]! += a[pixel + c]! * b[place + o]!;
              else result[place + o]! += a[pixel + c]! * b[weight]!;
            }
        }
  return result;
}

describe('windows of 3 × 3 taps', () => {
  it('are recognised with and without padding, in all three directions', () => {
    for (const pad of [0, 1, 2]) {
      const s = shape({ pad });
      const from = [forward(s), inputGradient(s), filterGradient(s)].map((kernel) => {
        const { kind, down, across } = windowsIn(kernel)!;
        return [kind, down.from, down.lines, across.from, across.lines];
      });
      const [lines, beyond] = [12, 12 + 2 * pad - 2];
      // The gradient by the image slides over results, of which two lines more lie outside.
      expect(from).toEqual(
        [
          ['results', 0 - pad, lines, 0 - pad, lines],
          ['results', pad - 2, beyond, pad - 2, beyond],
          ['filter', 0 - pad, lines, 0 - pad, lines],
        ].map(([kind, ...rest]) => [kind, ...rest.map((x) => (x as number) + 0)]),
      );
    }
  });

  it('are only those: no strides, no other windows, no more columns than one axis', () => {
    for (const s of [shape({ stride: 2 }), shape({ window: 5 }), shape({ window: 1 })])
      for (const kernel of [forward(s), filterGradient(s)]) expect(windowsIn(kernel)).toBeUndefined();
  });

  it('are made with fewer multiplications where channels and images are large enough', () => {
    const pays = (s: Shape) =>
      [forward(s), inputGradient(s)].map((kernel) => planWindows(windowsIn(kernel)!) !== undefined);
    expect(pays(shape({ images: 20, size: 36, inputs: 64, outputs: 128 }))).toEqual([true, true]);
    expect(pays(shape({ images: 128, size: 13, inputs: 32, outputs: 64 }))).toEqual([true, true]);
    expect(pays(shape({ images: 20, size: 150, inputs: 4, outputs: 32 }))).toEqual([false, false]);
    expect(pays(shape({ images: 1, size: 9, inputs: 16, outputs: 16 }))).toEqual([false, false]);
    expect(pays(shape({ images: 8, size: 9, inputs: 512, outputs: 512 }))).toEqual([false, false]);
  });

  // Errors of plain sums in float32 are of the same size: 0.6 in a million of the results' root mean square for 128 channels.
  const [usual, largest] = [4e-6, 6e-5];
  const planes: Plane[] = [
    { images: 2, height: 3, width: 3, inputs: 16, outputs: 16, pads: [1, 1, 1, 1] },
    { images: 2, height: 6, width: 11, inputs: 17, outputs: 20, pads: [0, 0, 0, 0] },
    { images: 3, height: 5, width: 4, inputs: 33, outputs: 48, pads: [1, 0, 0, 2] },
    { images: 1, height: 13, width: 8, inputs: 40, outputs: 24, pads: [0, 2, 1, 0] },
    { images: 2, height: 18, width: 19, inputs: 128, outputs: 32, pads: [1, 1, 1, 1] },
  ];
  const native = nativeAddon();
  for (const instructions of native?.addon.instructions ?? [])
    it.each(planes)(`equal sums in float64 with ${instructions}: $height×$width×$inputs → $outputs`, (plane) => {
      const backend = createWasmBackend({
        shared: false,
        native: { addon: native!.addon, instructions, leastProducts: 0 },
      });
      const random = generator(11);
      const normal = () => random.uniform() + random.uniform() + random.uniform() - 1.5;
      const [down, across] = placesOf(plane);
      const sizes = {
        image: plane.images * plane.height * plane.width * plane.inputs,
        taps: 9 * plane.inputs * plane.outputs,
        places: plane.images * down * across * plane.outputs,
      };
      for (const ofFilter of [false, true]) {
        const kernel = planeKernel(plane, ofFilter);
        expect(windowsIn(kernel)?.kind).toBe(ofFilter ? 'filter' : 'results');
        const a = new Float32Array(sizes.image).map(normal);
        const b = new Float32Array(ofFilter ? sizes.places : sizes.taps).map(normal);
        const c = new Float32Array(ofFilter ? sizes.taps : sizes.places).fill(Number.NaN);
        const wanted = planeSums(plane, ofFilter, a, b);
        runKernel(backend, kernel, [a, b, c]);
        let [squares, error, most] = [0, 0, 0];
        wanted.forEach((w, i) => {
          squares += w * w;
          error += (c[i]! - w) ** 2;
          most = Math.max(most, Math.abs(c[i]! - w));
        });
        const size = Math.sqrt(squares / wanted.length);
        expect(Math.sqrt(error / wanted.length) / size).toBeLessThan(usual);
        expect(most / size).toBeLessThan(largest);
      }
    });
});
