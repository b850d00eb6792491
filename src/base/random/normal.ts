// Normal deviates from random bits, as TensorFlow's processor kernels make them: Box and Muller's transform of pairs. Owns which
// words become which element, and the deviates cut off at two standard deviations.
import { roundInPlace } from '../dtype.ts';
import { logFloat32, sinCosFloat32 } from './c-library/float32.ts';
import { log } from './c-library/log.ts';
import { cos, sin } from './c-library/sin-cos.ts';
import { addToCounter, type PhiloxStream, philoxBits, philoxBlock, skipBlocks } from './philox.ts';
import type { FloatArray, FloatDType } from './uniform.ts';

const SMALLEST = Math.fround(1e-7);
const TURN = 2 * Math.PI;

/** How many words `count` normal deviates take: they come in pairs, of 2 words, or 4 in float64. */
export const wordsForNormals = (count: number, dtype: FloatDType) =>
  Math.ceil(count / 2) * (dtype === 'float64' ? 4 : 2);

/**
 * Standard normal deviates: with u = uniform(first), v = uniform(second) of a pair, √(−2 log u) · sin(2πv) and · cos(2πv).
 *
 * float32: elements 2i and 2i + 1 take words 2i (u) and 2i + 1 (v); u is at least 10⁻⁷; every step is rounded to float32.
 * float16 and bfloat16 are those, rounded. float64: elements 2i and 2i + 1 take words 4i, 4i + 1 (u) and 4i + 2, 4i + 3 (v).
 */
export function bitsToNormal(words: Uint32Array, count: number, dtype: FloatDType): FloatArray {
  if (dtype === 'float64') {
    const pairs = new Float64Array(Math.ceil(count / 2) * 2);
    for (let i = 0; i < pairs.length; i += 2) {
      const u = (words[2 * i]! & 0xfffff) / 1048576 + words[2 * i + 1]! / 4503599627370496;
      const v = (words[2 * i + 2]! & 0xfffff) / 1048576 + words[2 * i + 3]! / 4503599627370496;
      const radius = Math.sqrt(-2 * log(Math.max(u, 1e-7)));
      pairs[i] = sin(TURN * v) * radius;
      pairs[i + 1] = cos(TURN * v) * radius;
    }
    return pairs.subarray(0, count);
  }
  const pairs = new Float32Array(Math.ceil(count / 2) * 2);
  for (let i = 0; i < pairs.length; i += 2) normalPair(words[i]!, words[i + 1]!, pairs, i);
  const numbers = pairs.subarray(0, count);
  roundInPlace(dtype, numbers);
  return numbers;
}

const sinCos = new Float32Array(2);

function normalPair(first: number, second: number, out: Float32Array, at: number): void {
  const u = Math.max((first & 0x7fffff) / 8388608, SMALLEST);
  const radius = Math.fround(Math.sqrt(-2 * logFloat32(u)));
  sinCosFloat32(Math.fround((TURN * (second & 0x7fffff)) / 8388608), sinCos);
  out[at] = sinCos[0]! * radius;
  out[at + 1] = sinCos[1]! * radius;
}

/** `count` standard normal deviates of a stream. */
export function normalFloats(stream: PhiloxStream, count: number, dtype: FloatDType = 'float32'): FloatArray {
  return bitsToNormal(philoxBits(stream, wordsForNormals(count, dtype)), count, dtype);
}

/** Blocks that TensorFlow reserves for every element, so that draws of unknown length may be made apart from each other. */
export const BLOCKS_PER_ELEMENT = 256;

/**
 * `count` standard normal deviates of a stream, those beyond ±2 drawn again.
 *
 * Elements come in groups of four (two in float64) that begin at blocks of their own: group g at counter + 256 g (128 g in
 * float64). Within a group the pairs of `bitsToNormal` follow each other, and those inside the limits are taken in order.
 */
export function truncatedNormalFloats(stream: PhiloxStream, count: number, dtype: FloatDType = 'float32'): FloatArray {
  if (dtype === 'float64') return truncatedDoubles(stream, count);
  const numbers = new Float32Array(count);
  const counter = Uint32Array.from(stream.counter);
  const place = new Uint32Array(4);
  const words = new Uint32Array(4);
  const pairs = new Float32Array(4);
  for (let start = 0; start < count; start += 4) {
    const end = Math.min(start + 4, count);
    place.set(counter);
    for (let i = start; i < end; ) {
      philoxBlock(stream.key, place[0]!, place[1]!, place[2]!, place[3]!, words, 0);
      addToCounter(place, 1);
      normalPair(words[0]!, words[1]!, pairs, 0);
      normalPair(words[2]!, words[3]!, pairs, 2);
      for (let k = 0; k < 4 && i < end; k++) if (Math.abs(pairs[k]!) < 2) numbers[i++] = pairs[k]!;
    }
    addToCounter(counter, BLOCKS_PER_ELEMENT);
  }
  roundInPlace(dtype, numbers);
  return numbers;
}

function truncatedDoubles(stream: PhiloxStream, count: number): Float64Array {
  const numbers = new Float64Array(count);
  for (let start = 0, at = stream; start < count; start += 2, at = skipBlocks(at, BLOCKS_PER_ELEMENT / 2)) {
    const end = Math.min(start + 2, count);
    for (let i = start, place = at; i < end; place = skipBlocks(place, 1)) {
      for (const value of normalFloats(place, 2, 'float64')) if (Math.abs(value) < 2 && i < end) numbers[i++] = value;
    }
  }
  return numbers;
}
