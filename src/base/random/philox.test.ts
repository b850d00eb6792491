// Philox against the published test vectors of its authors (Random123, kat_vectors), and places in streams.
import { describe, expect, test } from 'vitest';
import { type PhiloxStream, PhiloxWords, philoxBits, philoxStream, skipBlocks, stateOfStream } from './philox.ts';

const hex = (words: Iterable<number>) => Array.from(words, (word) => word.toString(16).padStart(8, '0')).join(' ');
const ones = 0xffffffff;

describe('Philox 4×32-10', () => {
  test.each<[PhiloxStream, string]>([
    [{ key: [0, 0], counter: [0, 0, 0, 0] }, '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [{ key: [ones, ones], counter: [ones, ones, ones, ones] }, '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [
      { key: [0xa4093822, 0x299f31d0], counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] },
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ])('known answer %#', (stream, words) => expect(hex(philoxBits(stream, 4))).toBe(words));

  test('the counter carries through all its words', () => {
    const stream: PhiloxStream = { key: [5, 6], counter: [ones, ones, ones, 7] };
    expect(skipBlocks(stream, 1).counter).toEqual([0, 0, 0, 8]);
    expect(philoxBits(stream, 8).slice(4)).toEqual(philoxBits({ key: [5, 6], counter: [0, 0, 0, 8] }, 4));
  });

  test('any part of a draw is the same as in the whole', () => {
    const stream = philoxStream(123n, 2n ** 64n - 3n, 45);
    const whole = philoxBits(stream, 403);
    for (const block of [0, 1, 2, 3, 50, 100]) {
      const count = Math.min(4, 403 - 4 * block);
      expect(philoxBits(skipBlocks(stream, block), count)).toEqual(whole.slice(4 * block, 4 * block + count));
    }
    const words = new PhiloxWords(stream);
    expect(Uint32Array.from({ length: 403 }, () => words.next())).toEqual(whole);
  });

  test('state and stream are the same thing', () => {
    const state = BigInt64Array.of(-1n, 2n ** 40n, -(2n ** 62n));
    expect(stateOfStream(philoxStream(state[2]!, state[0]!, state[1]!))).toEqual(state);
  });
});
