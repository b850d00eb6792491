// Matrix products of the WebAssembly backend: `npx tsx bench/micro/products.ts [NAME…]`.
// Prints the best and the median of many runs; shared machines are noisy.
import { createWasmBackend } from '../../src/backends/wasm/index.ts';
import type { ContractKernel, MatrixLayout } from '../../src/compiler/loop-ir.ts';
import { nativeAddon } from '../../src/platform/native-addon.ts';
import { enableRelaxedSimd } from '../../src/platform/simd.ts';
import { measure } from './measure.ts';

const row = (columns: number): MatrixLayout => ({ batchStride: 0, rowStride: columns, columnStride: 1 });
const transposed = (rows: number): MatrixLayout => ({ batchStride: 0, rowStride: 1, columnStride: rows });

const shapes: Record<string, readonly [number, number, number, boolean, boolean, number?]> = {
  '1024³': [1024, 1024, 1024, false, false],
  '512³': [512, 512, 512, false, false],
  '256³ AᵀB': [256, 256, 256, true, false],
  '256³ ABᵀ': [256, 256, 256, false, true],
  'mlp 32·784·128': [32, 128, 784, false, false],
  'mlp dW1 AᵀB': [784, 128, 32, true, false],
  'mlp 32·128·10': [32, 10, 128, false, false],
  'mlp dW2 AᵀB': [128, 10, 32, true, false],
  'mlp dh ABᵀ': [32, 128, 10, false, true],
  'predict 1·784·128': [1, 128, 784, false, false],
  'dense(1) 32·10·1': [32, 1, 10, false, false],
  'dense(1) dW': [10, 1, 32, true, false],
  '1·1·1': [1, 1, 1, false, false],
  'im2col 10000·64·288': [10000, 64, 288, false, false],
  'im2col dW AᵀB': [288, 64, 10000, true, false],
  'ffn 2048·128·512': [2048, 512, 128, false, false],
  'ffn ABᵀ 2048·512·128': [2048, 128, 512, false, true],
  'ffn dW AᵀB 128·2048·512': [128, 512, 2048, true, false],
  'ffn dW AᵀB 512·2048·128': [512, 128, 2048, true, false],
  'lstm 2560·256·32 ABᵀ': [2560, 32, 256, false, true],
  'lstm dW AᵀB': [32, 256, 2560, true, false],
  'lstm step 32·64·256': [32, 256, 64, false, false],
  'attention 64 batches 64·64·32': [64, 64, 32, false, true, 64],
};

const backend = createWasmBackend({
  enableRelaxedSimd,
  native: nativeAddon(),
  relaxedSimd: process.env.PLAIN === undefined,
});
const { heap } = backend;
const wanted = process.argv.slice(2);
let products = 0;
for (const [name, [m, n, k, ta, tb, batch = 1]] of Object.entries(shapes)) {
  if (wanted.length > 0 && !wanted.some((w) => name.includes(w))) continue;
  const kernel: ContractKernel = {
    kind: 'contract',
    batch,
    m,
    n,
    k,
    a: { ...(ta ? transposed(m) : row(k)), batchStride: m * k },
    b: { ...(tb ? transposed(k) : row(n)), batchStride: k * n },
    c: { ...row(n), batchStride: m * n },
  };
  const slots = [m * k, k * n, m * n].map((size) => heap.allocate(size * batch * 4));
  const table = heap.allocate(12);
  slots.forEach((address, i) => {
    new Uint32Array(heap.buffer, table, 3)[i] = address;
    new Float32Array(heap.buffer, address, [m * k, k * n, m * n][i]! * batch).fill(0.5);
  });
  const executable = backend.compile({
    slotCount: 3,
    kernels: [kernel],
    steps: [{ kind: 'kernel', kernel: 0, slots: [0, 1, 2] }],
  });
  const { best, median } = measure(() => executable.run(table, () => {}));
  const flops = 2 * batch * m * n * k;
  if (name.startsWith('mlp')) products += best;
  const rate = (time: number) => (flops / time / 1e3).toFixed(1).padStart(6);
  console.log(
    `${name.padEnd(32)} ${best.toFixed(2).padStart(10)} µs ${rate(best)} GFLOP/s   median ${rate(median)}   ${executable.codeBytes} bytes of code`,
  );
  for (const address of [...slots, table]) heap.free(address);
}
if (products > 0) console.log(`the MLP's products together: ${products.toFixed(1)} µs`);
