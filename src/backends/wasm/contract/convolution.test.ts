import { describe, expect, it } from 'vitest';
import { seed } from '../../../../test/support/seed.ts';
import { interpretLoops } from '../../../compiler/interpret-loop-ir.ts';
import { binary, index, type LoopIndex, type LoopKernel, load, read } from '../../../compiler/loop-ir.ts';
import { nativeAddon } from '../../../platform/native-addon.ts';
import { enableRelaxedSimd } from '../../../platform/simd.ts';
import { prepare } from '../codegen/normalise.ts';
import { createWasmBackend } from '../index.ts';
import { arrayOf, copyOf, difference, fill, generator, kernelVariants, runKernel } from '../testing.ts';
import {
  at,
  filterGradient,
  forward,
  inputGradient,
  kernelOf,
  loop,
  outputSize,
  type Shape,
  sum,
} from './convolution-kernels.ts';
import { matchContraction } from './match.ts';

describe('convolutions as matrix products', () => {
  const backends = kernelVariants(enableRelaxedSimd, nativeAddon()).map(({ options }) => createWasmBackend(options));
  const shapes: Shape[] = [
    { images: 2, size: 6, inputs: 5, outputs: 8, window: 3, stride: 1, pad: 0 },
    { images: 2, size: 7, inputs: 5, outputs: 8, window: 3, stride: 1, pad: 1 },
    { images: 2, size: 9, inputs: 4, outputs: 13, window: 5, stride: 2, pad: 2 },
    { images: 5, size: 4, inputs: 8, outputs: 11, window: 3, stride: 1, pad: 1 },
    { images: 3, size: 12, inputs: 3, outputs: 6, window: 3, stride: 2, pad: 0 },
    { images: 1, size: 20, inputs: 4, outputs: 5, window: 3, stride: 1, pad: 1 },
    { images: 1, size: 4, inputs: 66, outputs: 9, window: 3, stride: 1, pad: 1 },
  ];
  const sizes = (s: Shape) => ({
    image: s.images * s.size ** 2 * s.inputs,
    kernel: s.window ** 2 * s.inputs * s.outputs,
    result: s.images * outputSize(s) ** 2 * s.outputs,
  });

  function check(kernel: LoopKernel, lengths: readonly number[], name: string): void {
    expect(matchContraction(prepare(kernel)), name).toBeDefined();
    const random = generator(7);
    const arrays = lengths.map((length) => {
      const array = arrayOf('f32', length);
      fill(array, random);
      return array;
    });
    const wanted = arrays.map(copyOf);
    interpretLoops(kernel, wanted);
    for (const backend of backends) {
      const actual = arrays.map(copyOf);
      runKernel(backend, kernel, actual);
      actual.forEach((array, i) => {
        const wrong = difference(array, wanted[i]!, 2e-4);
        if (wrong) throw new Error(`${name}: buffer ${i}, ${wrong}`);
      });
    }
  }

  it.each(shapes)('forward $size×$size×$inputs → $outputs, window $window, stride $stride, pad $pad', (s) => {
    const { image, kernel, result } = sizes(s);
    check(forward(s), [image, kernel, result, s.outputs], 'forward');
  });

  it.each(shapes)('filter gradient $size×$size×$inputs → $outputs, window $window, stride $stride, pad $pad', (s) => {
    const { image, kernel, result } = sizes(s);
    check(filterGradient(s), [image, result, kernel], 'filter gradient');
  });

  it.each(shapes.filter(({ stride, inputs }) => stride === 1 && inputs >= 4))(
    'input gradient $size×$size×$inputs → $outputs, window $window, pad $pad',
    (s) => {
      const { image, kernel, result } = sizes(s);
      check(inputGradient(s), [result, kernel, image], 'input gradient');
    },
  );

  it('any nest of loops, in any order and layout', () => {
    let matched = 0;
    // As many as are matrix products of some size: small nests stay plain loops.
    for (let run = 0; matched < 12 && run < 2000; run++) {
      const random = generator(seed + run);
      const extents = (count: number, most: number, name: string) =>
        Array.from({ length: count }, (_, i) => loop(`${name}${i}`, 1 + random.below(most)));
      const shuffled = <T>(list: readonly T[]): T[] =>
        list
          .map((x) => [random.uniform(), x] as const)
          .sort((p, q) => p[0] - q[0])
          .map(([, x]) => x);
      const batch = extents(random.below(2), 3, 'b');
      const rows = extents(1 + random.below(2), 9, 'r');
      const columns = extents(1 + random.below(2), 12, 'c');
      const depth = extents(1 + random.below(3), 9, 'd');
      const rowMajor = (loops: readonly LoopIndex[]) => at(...loops.map((l) => [index(l), l.extent] as const));
      const size = (loops: readonly LoopIndex[]) => loops.reduce((product, { extent }) => product * extent, 1);
      const a = shuffled([...batch, ...rows, ...depth]);
      const b = shuffled([...batch, ...columns, ...depth]);
      const c = shuffled([...batch, ...rows, ...columns]);
      const loops = random.below(2) === 0 ? c : shuffled(c);
      const bias = random.below(2) === 0 ? columns[columns.length - 1]! : undefined;
      const stored = bias ? binary('add', read(sum), load('f32', 3, index(bias))) : read(sum);
      const kernel = kernelOf(
        loops,
        shuffled(depth),
        binary('mul', load('f32', 0, rowMajor(a)), load('f32', 1, rowMajor(b))),
        rowMajor(c),
        stored,
        bias ? 1 : 0,
      );
      if (!matchContraction(prepare(kernel))) continue;
      matched++;
      check(kernel, [size(a), size(b), size(c), ...(bias ? [bias.extent] : [])], `seed ${seed + run}`);
    }
    expect(matched).toBe(12);
  });
});
