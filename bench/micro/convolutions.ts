// Convolutions and their gradients on the WebAssembly backend: `npx tsx bench/micro/convolutions.ts [NAME…]`.
import {
  filterGradient,
  forward,
  inputGradient,
  outputSize,
  type Shape,
} from '../../src/backends/wasm/contract/convolution-kernels.ts';
import { createWasmBackend } from '../../src/backends/wasm/index.ts';
import type { LoopKernel } from '../../src/compiler/loop-ir.ts';
import { nativeAddon } from '../../src/platform/native-addon.ts';
import { enableRelaxedSimd } from '../../src/platform/simd.ts';
import { measure } from './measure.ts';

const shapes: Record<string, Shape> = {
  'mnist 1': { images: 128, size: 28, inputs: 1, outputs: 32, window: 3, stride: 1, pad: 0 },
  'mnist 2': { images: 128, size: 13, inputs: 32, outputs: 64, window: 3, stride: 1, pad: 0 },
  'cat/dog 1': { images: 4, size: 150, inputs: 3, outputs: 32, window: 3, stride: 1, pad: 0 },
  'cat/dog 2': { images: 4, size: 74, inputs: 32, outputs: 64, window: 3, stride: 1, pad: 0 },
  'cat/dog 3': { images: 4, size: 36, inputs: 64, outputs: 128, window: 3, stride: 1, pad: 0 },
  'cat/dog 4': { images: 4, size: 17, inputs: 128, outputs: 128, window: 3, stride: 1, pad: 0 },
  'same 56·64': { images: 4, size: 56, inputs: 64, outputs: 64, window: 3, stride: 1, pad: 1 },
  'pointwise 28·256': { images: 4, size: 28, inputs: 256, outputs: 128, window: 1, stride: 1, pad: 0 },
};
const backend = createWasmBackend({ enableRelaxedSimd, native: nativeAddon() });
const { heap } = backend;
const wanted = process.argv.slice(2);

function run(name: string, kernel: LoopKernel, lengths: readonly number[], flops: number): void {
  const slots = lengths.map((length) => heap.allocate(length * 4));
  const table = heap.allocate(slots.length * 4);
  slots.forEach((address, i) => {
    new Uint32Array(heap.buffer, table, slots.length)[i] = address;
    const data = new Float32Array(heap.buffer, address, lengths[i]!);
    for (let j = 0; j < data.length; j++) data[j] = 0.1 + ((j * 7919) % 1000) / 300;
  });
  const executable = backend.compile({
    slotCount: slots.length,
    kernels: [kernel],
    steps: [{ kind: 'kernel', kernel: 0, slots: slots.map((_, i) => i) }],
  });
  const { best, median } = measure(() => executable.run(table, () => {}));
  const rate = (time: number) => (flops / time / 1e3).toFixed(1).padStart(6);
  console.log(
    `${name.padEnd(30)} ${(best / 1000).toFixed(2).padStart(8)} ms ${rate(best)} GFLOP/s   median ${rate(median)}   ${executable.codeBytes} bytes of code`,
  );
  for (const address of [...slots, table]) heap.free(address);
}

for (const [name, shape] of Object.entries(shapes)) {
  if (wanted.length > 0 && !wanted.some((w) => name.includes(w))) continue;
  const image = shape.images * shape.size ** 2 * shape.inputs;
  const weights = shape.window ** 2 * shape.inputs * shape.outputs;
  const result = shape.images * outputSize(shape) ** 2 * shape.outputs;
  const flops = 2 * result * shape.window ** 2 * shape.inputs;
  run(`${name} forward`, forward(shape), [image, weights, result, shape.outputs], flops);
  run(`${name} filter gradient`, filterGradient(shape), [image, result, weights], flops);
  if (shape.inputs > 3) run(`${name} input gradient`, inputGradient(shape), [result, weights, image], flops);
}
