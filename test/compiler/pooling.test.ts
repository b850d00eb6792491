// Convolutions with their pooling as one sequence: what the native kernels make of it, against its parts one by one.
import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/index.ts';
import { generator, runKernel } from '../../src/backends/wasm/testing.ts';
import type { TypedArray } from '../../src/base/dtype.ts';
import { compile } from '../../src/compiler/compile.ts';
import { interpretLoops } from '../../src/compiler/interpret-loop-ir.ts';
import type { SequenceKernel } from '../../src/compiler/loop-ir.ts';
import { Graph, type GraphValue } from '../../src/graph/graph.ts';
import type { Params } from '../../src/graph/primitive.ts';
import { nativeAddon } from '../../src/platform/native-addon.ts';
import '../../src/primitives/index.ts';
import { primitive } from '../../src/primitives/registry.ts';

interface Case {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly pad: number;
}
const cases: Case[] = [
  { images: 2, height: 10, width: 12, inputs: 3, outputs: 32, pad: 0 },
  { images: 2, height: 5, width: 11, inputs: 1, outputs: 40, pad: 1 },
  { images: 2, height: 7, width: 4, inputs: 2, outputs: 5, pad: 0 },
  { images: 2, height: 7, width: 10, inputs: 17, outputs: 18, pad: 0 },
  { images: 1, height: 8, width: 5, inputs: 20, outputs: 16, pad: 1 },
];

const window = { window: [1, 2, 2, 1], strides: [1, 2, 2, 1], dilation: [1, 1, 1, 1] };
const pooling = { ...window, low: [0, 0, 0, 0], high: [0, 0, 0, 0] };

class Maker {
  readonly graph = new Graph();
  float(...dims: number[]): GraphValue {
    return this.graph.addParameter({ dims, dtype: 'float32' });
  }
  apply(name: Parameters<typeof primitive>[0], inputs: GraphValue[], params: object = {}): GraphValue {
    return this.graph.apply(primitive(name), inputs, params as Params)[0]!;
  }
  /** The only sequence of the program that gives these values. */
  sequence(outputs: GraphValue[]): SequenceKernel {
    this.graph.outputs = outputs;
    const { program } = compile({ graph: this.graph, variables: [] });
    const [kernel, ...others] = program.kernels.filter(({ kind }) => kind === 'sequence');
    expect(others).toEqual([]);
    return kernel as SequenceKernel;
  }
}

/** bias, relu and the largest of 2 × 2 after a convolution, with their numbers. */
function forward({ images, height, width, inputs, outputs, pad }: Case, positive: boolean): SequenceKernel {
  const make = new Maker();
  const [x, filter, bias] = [
    make.float(images, height, width, inputs),
    make.float(3, 3, inputs, outputs),
    make.float(outputs),
  ];
  const params = { strides: [1, 1], dilation: [1, 1], low: [pad, pad], high: [pad, pad], groups: 1 };
  const sums = make.apply('convolution', [x, filter], params);
  const added = make.apply('add', [sums, make.apply('broadcast', [bias], { dims: sums.dims, axes: [3] })]);
  const zero = make.graph.addConstant(new Float32Array(1), { dims: [], dtype: 'float32' });
  const zeros = make.apply('broadcast', [zero], { dims: sums.dims, axes: [] });
  const relu = make.apply('max', [added, zeros]);
  return make.sequence([
    make.apply('windowMax', [relu], pooling),
    make.apply('windowArgMax', [relu], positive ? { ...pooling, positive } : pooling),
  ]);
}

/** Both gradients of a convolution, of what is sent to the numbers of windows. */
function backward({ images, height, width, inputs, outputs, pad }: Case, byImage: boolean): SequenceKernel {
  const make = new Maker();
  const [down, across] = [height + 2 * pad - 2, width + 2 * pad - 2];
  const pooled = [images, Math.floor(down / 2), Math.floor(across / 2), outputs];
  const numbers = make.graph.addParameter({ dims: pooled, dtype: 'int32' });
  const [values, x, filter] = [
    make.float(...pooled),
    make.float(images, height, width, inputs),
    make.float(3, 3, inputs, outputs),
  ];
  const params = { strides: [1, 1], dilation: [1, 1], low: [pad, pad], high: [pad, pad], groups: 1 };
  const sent = make.apply('windowSpread', [numbers, values], { ...pooling, dims: [images, down, across, outputs] });
  const gradient = make.apply('convolutionFilterGradient', [x, sent], { ...params, window: [3, 3] });
  if (!byImage) return make.sequence([gradient]);
  return make.sequence([
    gradient,
    make.apply('convolutionInputGradient', [sent, filter], { ...params, spatial: [height, width] }),
  ]);
}

/** Data for a kernel's buffers; `exact`: small whole numbers, of which sums are exact and often equal. */
function dataFor({ buffers, parts, pooling: { numbers } }: SequenceKernel, sizes: readonly number[], exact: boolean) {
  const random = generator(7);
  const written = new Set(
    parts.flatMap((part) => part.buffers.filter((_, i) => part.kernel.buffers[i]!.access !== 'read')),
  );
  return buffers.map(({ storage }, i): TypedArray => {
    const array = storage === 'i32' ? new Int32Array(sizes[i]!) : new Float32Array(sizes[i]!);
    if (written.has(i)) return array.fill(77);
    if (i === numbers) return array.map(() => random.below(5) - 1);
    return (array as Float32Array).map(() =>
      exact ? random.below(5) - 2 : random.uniform() + random.uniform() + random.uniform() - 1.5,
    );
  });
}

/** How long the buffers of a sequence are, at most. */
function sizesOf(
  { images, height, width, inputs, outputs, pad }: Case,
  { pooling: over, between, buffers }: SequenceKernel,
) {
  const [down, across] = [height + 2 * pad - 2, width + 2 * pad - 2];
  const pooled = images * Math.floor(down / 2) * Math.floor(across / 2) * outputs;
  const image = images * down * across * outputs;
  const most = Math.max(images * height * width * inputs, 9 * inputs * outputs, image);
  return buffers.map((_, i) => (i === over.values || i === over.numbers ? pooled : i === between ? image : most));
}

const native = nativeAddon();
const backends = [
  { name: 'WebAssembly', make: () => createWasmBackend({ shared: false }) },
  ...(native?.addon.instructions ?? []).map((instructions) => ({
    name: instructions,
    make: () => createWasmBackend({ shared: false, native: { addon: native!.addon, instructions, leastProducts: 0 } }),
  })),
];

describe.each(backends)('convolutions with pooling in $name', ({ make, name }) => {
  // The interpreter takes its time: it does the smallest, and the rest is compared with generated kernels.
  const [backend, plain] = [make(), createWasmBackend({ shared: false })];
  const chosen = name === 'WebAssembly' ? cases.slice(2, 3) : cases;
  const partByPart = (kernel: SequenceKernel, data: readonly TypedArray[]) => {
    const copies = data.map((array) => array.slice() as TypedArray);
    if (name === 'WebAssembly')
      for (const { kernel: part, buffers } of kernel.parts)
        interpretLoops(part, buffers.map((i) => copies[i]!) as never);
    else runKernel(plain, kernel, copies);
    return copies;
  };

  it.each(chosen)('have the largest of every window: $height×$width×$inputs → $outputs', (given) => {
    for (const positive of [false, true])
      for (const exact of [true, false]) {
        const kernel = forward(given, positive);
        const { values, numbers, windows, channels, height, width } = kernel.pooling;
        const data = dataFor(kernel, sizesOf(given, kernel), exact);
        const wanted = partByPart(kernel, data);
        runKernel(backend, kernel, data);
        const [largest, found] = [data[values]!, data[numbers]!];
        const [rows, columns] = windows;
        // Plain sums of whole numbers are exact, so that the first of equals counts.
        if (exact && given.inputs <= 16) expect(found).toEqual(wanted[numbers]);
        let worst = 0;
        for (let i = 0; i < largest.length; i++) {
          const most = Number(wanted[values]![i]);
          worst = Math.max(worst, Math.abs(Number(largest[i]) - most));
          const tap = Number(found[i]);
          const [channel, x] = [i % channels, Math.floor(i / channels) % columns];
          const y = Math.floor(i / channels / columns) % rows;
          const image = Math.floor(i / channels / columns / rows);
          const place = (image * height + 2 * y + (tap >> 1)) * width + 2 * x + (tap & 1);
          // Rounding may make another the largest that is as large but for that; none counts where nothing is above 0.
          const element = tap < 0 ? 0 : Math.max(0, Number(wanted[kernel.between]![place * channels + channel]));
          worst = Math.max(worst, Math.abs(element - most));
        }
        expect(worst).toBeLessThan(2e-3);
      }
  });

  it.each(chosen)('have gradients of what windows send: $height×$width×$inputs → $outputs', (given) => {
    for (const byImage of [false, true]) {
      const kernel = backward(given, byImage);
      const data = dataFor(kernel, sizesOf(given, kernel), false);
      const wanted = partByPart(kernel, data);
      runKernel(backend, kernel, data);
      let worst = 0;
      data.forEach((array, i) => {
        if (i === kernel.between) return;
        for (let k = 0; k < array.length; k++)
          worst = Math.max(worst, Math.abs(Number(array[k]) - Number(wanted[i]![k])));
      });
      expect(worst).toBeLessThan(2e-3);
    }
  });
});
