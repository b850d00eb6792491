// Helpers of this folder's tests: kernels run by the backend and by the interpreter on the same data.
import type { TypedArray } from '../../base/dtype.ts';
import type { NativeAddon } from '../../base/native-abi.ts';
import type { Kernel, Storage } from '../../compiler/loop-ir.ts';
import type { Backend, Program } from '../backend.ts';
import type { WasmOptions } from './index.ts';

/** The kinds of kernels that products come in here: generated ones, and native ones for every instruction set at hand, also where
 *  the planner would not call them. */
export function kernelVariants(
  enableRelaxedSimd: () => void,
  native: { readonly addon: NativeAddon } | null,
): readonly { readonly name: string; readonly options: WasmOptions }[] {
  return [
    { name: 'with fused multiply-add', options: { shared: false, enableRelaxedSimd, relaxedSimd: true } },
    { name: 'without', options: { shared: false, relaxedSimd: false } },
    ...(native?.addon.instructions ?? []).map((instructions) => ({
      name: `with ${instructions}`,
      options: { shared: false, native: { addon: native!.addon, instructions, leastProducts: 0 } },
    })),
  ];
}

const constructors = {
  f32: Float32Array,
  f64: Float64Array,
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  i64: BigInt64Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  u64: BigUint64Array,
  bool: Uint8Array,
} as const;

export function arrayOf(storage: Storage, length: number): TypedArray {
  return new constructors[storage](length);
}

const bytesOf = (array: TypedArray): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Runs a program over one slot for each array; the arrays are copied in and out. */
export function runProgram(
  backend: Backend,
  program: Program,
  arrays: readonly TypedArray[],
  host: (index: number, table: Uint32Array) => void = () => {},
): void {
  const { heap } = backend;
  const addresses = arrays.map((array) => heap.allocate(array.byteLength));
  const table = heap.allocate(arrays.length * 4);
  const executable = backend.compile(program);
  const view = () => new Uint32Array(heap.buffer, table, arrays.length);
  view().set(addresses);
  arrays.forEach((array, i) => {
    new Uint8Array(heap.buffer, addresses[i]!, array.byteLength).set(bytesOf(array));
  });
  executable.run(table, (index) => host(index, view()));
  arrays.forEach((array, i) => {
    bytesOf(array).set(new Uint8Array(heap.buffer, addresses[i]!, array.byteLength));
  });
  for (const address of addresses) heap.free(address);
  heap.free(table);
}

/** Runs one kernel over its buffers. */
export function runKernel(backend: Backend, kernel: Kernel, arrays: readonly TypedArray[]): void {
  runProgram(
    backend,
    {
      slotCount: arrays.length,
      kernels: [kernel],
      steps: [{ kind: 'kernel', kernel: 0, slots: arrays.map((_, i) => i) }],
    },
    arrays,
  );
}

export const copyOf = (array: TypedArray): TypedArray => array.slice() as TypedArray;

/** A repeatable generator of test data (mulberry32). */
export function generator(seed: number) {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    below: (n: number) => Math.floor(uniform() * n),
    pick: <T>(list: readonly T[]): T => list[Math.floor(uniform() * list.length)]!,
  };
}
export type Generator = ReturnType<typeof generator>;

export function fill(array: TypedArray, random: Generator, storage?: Storage): void {
  for (let i = 0; i < array.length; i++) {
    if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
      const wide = random.below(4) === 0;
      array[i] = wide
        ? (BigInt(random.below(2 ** 31)) << 33n) | BigInt(random.below(2 ** 31))
        : BigInt(random.below(200) - 100);
    } else if (array instanceof Float32Array || array instanceof Float64Array) array[i] = (random.uniform() - 0.5) * 6;
    else if (storage === 'bool') array[i] = random.below(2);
    else array[i] = random.below(4) === 0 ? random.below(2 ** 31) * 2 : random.below(200) - 100;
  }
}

/** The first difference beyond the tolerance, in words, or null. */
export function difference(actual: TypedArray, wanted: TypedArray, tolerance: number): string | null {
  for (let i = 0; i < wanted.length; i++) {
    const [a, w] = [actual[i]!, wanted[i]!];
    if (a === w || (Number.isNaN(a) && Number.isNaN(w))) continue;
    const [x, y] = [Number(a), Number(w)];
    if (Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(y))) continue;
    return `element ${i}: ${a}, wanted ${w}`;
  }
  return null;
}

/** Like `fill`, with floats that are halves of small integers: sums and products of a few are exact. */
export function fillExact(array: TypedArray, random: Generator, storage: Storage): void {
  if (array instanceof Float32Array || array instanceof Float64Array) {
    for (let i = 0; i < array.length; i++) array[i] = (random.below(33) - 16) / 2;
  } else fill(array, random, storage);
}
