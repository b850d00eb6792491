import { describe, expect, it } from 'vitest';
import { nativeAddon } from '../../platform/native-addon.ts';
import { enableRelaxedSimd } from '../../platform/simd.ts';
import { createWasmBackend } from './index.ts';
import { philoxFiller } from './philox-words.ts';
import { kernelVariants, runKernel } from './testing.ts';

const MASK = 0xffffffffn;

/** Philox4x32-10 as the paper writes it, on BigInt. */
function philox(key: readonly [bigint, bigint], counter: bigint): number[] {
  let [k0, k1] = key;
  let c = [0n, 32n, 64n, 96n].map((shift) => (counter >> shift) & MASK) as [bigint, bigint, bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c[0];
    const p1 = 0xcd9e8d57n * c[2];
    c = [(p1 >> 32n) ^ c[1] ^ k0, p1 & MASK, (p0 >> 32n) ^ c[3] ^ k1, p0 & MASK];
    k0 = (k0 + 0x9e3779b9n) & MASK;
    k1 = (k1 + 0xbb67ae85n) & MASK;
  }
  return c.map(Number);
}

describe('Philox kernel', () => {
  it('agrees with the known answers of the Random123 distribution', () => {
    expect(philox([0n, 0n], 0n)).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    expect(philox([MASK, MASK], (1n << 128n) - 1n)).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
  });

  it.each(kernelVariants(enableRelaxedSimd, nativeAddon()))(
    'gives the same bits for any count, with carries through all four words: $name',
    ({ options }) => {
      const backend = createWasmBackend(options);
      for (const counter of [0n, 5n, MASK - 1n, (1n << 64n) - 3n, (1n << 96n) - 2n, (1n << 128n) - 2n]) {
        for (const count of [1, 2, 3, 4, 5, 7, 16, 17, 30, 64, 101, 259]) {
          const state = new Uint32Array(8);
          state.set([0x12345678, 0x9abcdef0]);
          for (let word = 0; word < 4; word++) state[2 + word] = Number((counter >> BigInt(32 * word)) & MASK);
          // From any number of the stream on.
          const first = [0n, 1n, 7n, 1002n, (1n << 40n) + 2n][count % 5]!;
          state.set([Number(first & MASK), Number(first >> 32n)], 6);
          const guard = 0xdeadbeef;
          const output = new Uint32Array(count + 8).fill(guard);
          runKernel(backend, { kind: 'philox', count }, [state, output]);
          const wanted: number[] = [];
          const begin = Number(first % 4n);
          for (let block = 0; wanted.length < begin + count; block++) {
            wanted.push(
              ...philox([0x12345678n, 0x9abcdef0n], (counter + first / 4n + BigInt(block)) & ((1n << 128n) - 1n)),
            );
          }
          expect([...output.subarray(0, count)]).toEqual(wanted.slice(begin, begin + count));
          expect([...output.subarray(count)].every((x) => x === guard)).toBe(true);
        }
      }
    },
  );

  it('fills arrays beyond its own memory, with the same words', () => {
    const fill = philoxFiller()!.words;
    for (const counter of [0n, MASK - 5000n, (1n << 64n) - 5000n, (1n << 96n) - 3n, (1n << 128n) - 5000n]) {
      for (const count of [4, 16384, 16388, 40000]) {
        const words = new Uint32Array(count);
        const part = (word: number) => Number((counter >> BigInt(32 * word)) & MASK);
        fill({ key: [0x12345678, 0x9abcdef0], counter: [part(0), part(1), part(2), part(3)] }, words);
        for (const block of [0, 1, 4095, 4096, 4097, 5001, 9999]) {
          if (block >= count / 4) continue;
          const wanted = philox([0x12345678n, 0x9abcdef0n], (counter + BigInt(block)) & ((1n << 128n) - 1n));
          expect([...words.subarray(block * 4, block * 4 + 4)]).toEqual(wanted);
        }
      }
    }
  });

  it('makes the same numbers of a range as plain arithmetic, to the last bit', () => {
    const filler = philoxFiller()!;
    const stream = { key: [7, 9], counter: [0xfffffff0, 3, 0, 0] } as const;
    for (const count of [513, 16384, 16390]) {
      for (const [low, high] of [
        [0, 1],
        [-0.081, 0.081],
        [1e-3, 1e4],
      ] as const) {
        const words = new Uint32Array(Math.ceil(count / 4) * 4);
        filler.words(stream, words);
        const scale = Math.fround(Math.fround(high) - Math.fround(low));
        const wanted = Float32Array.from(
          words.subarray(0, count),
          (word) => Math.fround((word & 0x7fffff) * 2 ** -23 * scale) + Math.fround(low),
        );
        const numbers = new Float32Array(count);
        filler.floats(stream, numbers, scale, Math.fround(low));
        expect(numbers).toEqual(wanted);
      }
    }
  });
});
