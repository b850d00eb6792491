// Random bits from a counter: the Philox4x32-10 generator as a primitive.
// Owns: the rule and the reference. What TensorFlow makes of the bits belongs to src/ops/random.
// Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3 (2011).
import { ShapeError } from '../../base/errors.ts';
import type { Dims } from '../../base/shape.ts';
import type { RandomPrimitive } from '../../graph/primitive.ts';

const high = (a: number, b: number): number => {
  // The high word of a 32 × 32 bit product, from 16-bit halves.
  const [al, ah, bl, bh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = ah * bl + ((al * bl) >>> 16);
  const cross = al * bh + (middle & 0xffff);
  return (ah * bh + Math.floor(middle / 65536) + Math.floor(cross / 65536)) >>> 0;
};

export const randomBits: RandomPrimitive<{ readonly dims: Dims }> = {
  name: 'randomBits',
  kind: 'random',
  infer: ([key, counter, first], { dims }) => {
    if (
      key!.dtype !== 'uint32' ||
      key!.dims.join() !== '2' ||
      counter!.dtype !== 'uint32' ||
      counter!.dims.join() !== '4' ||
      first!.dtype !== 'uint64' ||
      first!.dims.length !== 0
    ) {
      throw new ShapeError(
        'randomBits: wanted a key of two uint32, a counter of four, and the first number of the stream as a uint64.',
      );
    }
    return [{ dims, dtype: 'uint32' }];
  },
  evaluate: ([key, counter, first], _params, [out]) => {
    const bits = out!.data as Uint32Array;
    const number = (first!.data as BigUint64Array)[0]!;
    // Where the first block begins: the first number may stand within it.
    const shift = Number(number % 4n);
    const words = Array.from(counter!.data as Uint32Array, BigInt);
    const place = words.reduceRight((sum, word) => (sum << 32n) | word, 0n) + number / 4n;
    const start = words.map((_, i) => Number((place >> BigInt(32 * i)) & 0xffffffffn));
    for (let block = 0; block * 4 - shift < bits.length; block++) {
      const c = [0, 0, 0, 0];
      let carry = block;
      for (let word = 0; word < 4; word++) {
        const sum = start[word]! + carry;
        c[word] = sum >>> 0;
        carry = Math.floor(sum / 2 ** 32);
      }
      let [k0, k1] = [(key!.data as Uint32Array)[0]!, (key!.data as Uint32Array)[1]!];
      for (let round = 0; round < 10; round++) {
        const [h0, l0] = [high(0xd2511f53, c[0]!), Math.imul(0xd2511f53, c[0]!)];
        const [h1, l1] = [high(0xcd9e8d57, c[2]!), Math.imul(0xcd9e8d57, c[2]!)];
        [c[0], c[1], c[2], c[3]] = [(h1 ^ c[1]! ^ k0) >>> 0, l1 >>> 0, (h0 ^ c[3]! ^ k1) >>> 0, l0 >>> 0];
        k0 = (k0 + 0x9e3779b9) >>> 0;
        k1 = (k1 + 0xbb67ae85) >>> 0;
      }
      for (let lane = 0; lane < 4; lane++) {
        const at = block * 4 + lane - shift;
        if (at >= 0 && at < bits.length) bits[at] = c[lane]!;
      }
    }
  },
  vjp: null,
  samples: () =>
    [0, 1, 6, 2 ** 34 + 3].map((first) => ({
      inputs: [
        { dims: [2], dtype: 'uint32' as const, values: [1, 2] },
        { dims: [4], dtype: 'uint32' as const, values: [4294967294, 4294967295, 0, 7] },
        { dims: [], dtype: 'uint64' as const, values: [first] },
      ],
      params: { dims: [19, 3] },
    })),
};
