// Damaged copies of a file for the tests of readers: seeded, so that a failure can be repeated from its printed seed.
// Owns: the mutations and the rule that a reader may succeed or throw FileError, and nothing else.
import { FileError } from '../../src/base/errors.ts';

/** A small generator of uniform numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const BYTES = [0, 1, 0x7f, 0x80, 0xff];

/** A copy with some bytes changed, cut, doubled or moved; changes prefer places that are not zero, where structure is. */
export function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = new Uint8Array(bytes);
  const place = () => {
    for (let tries = 0; tries < 8; tries++) {
      const at = Math.floor(random() * copy.length);
      if (copy[at] !== 0) return at;
    }
    return Math.floor(random() * copy.length);
  };
  const kind = random();
  if (kind < 0.1) return copy.subarray(0, Math.floor(random() * copy.length));
  if (kind < 0.2) {
    const [from, to, count] = [place(), place(), Math.floor(random() * 64)];
    copy.copyWithin(to, from, from + count);
    return copy;
  }
  for (let changes = 1 + Math.floor(random() * 4); changes > 0 && copy.length > 0; changes--) {
    const at = place();
    const pick = Math.floor(random() * (BYTES.length + 2));
    copy[at] =
      pick < BYTES.length
        ? BYTES[pick]!
        : pick === BYTES.length
          ? copy[at]! ^ (1 << Math.floor(random() * 8))
          : random() * 256;
  }
  return copy;
}

/**
 * Reads `count` damaged copies of `bytes`. Anything but success or FileError is thrown on, with the seed; so is a reader
 * that takes longer than `slowest` milliseconds. Returns how many copies gave which kind of error.
 */
export async function survives(
  bytes: Uint8Array,
  read: (damaged: Uint8Array) => unknown,
  { seed, count, slowest = 2000 }: { seed: number; count: number; slowest?: number },
): Promise<Record<string, number>> {
  const tally: Record<string, number> = {};
  for (let i = 0; i < count; i++) {
    const random = seededRandom(seed + i);
    const damaged = mutate(bytes, random);
    const start = performance.now();
    let outcome = 'read';
    try {
      await read(damaged);
    } catch (error) {
      if (!(error instanceof FileError)) throw new Error(`seed ${seed + i}: ${String(error)}`, { cause: error });
      outcome = 'kind' in error ? String(error.kind) : 'FileError';
    }
    const spent = performance.now() - start;
    if (spent > slowest) throw new Error(`seed ${seed + i}: reading took ${spent.toFixed(0)} ms`);
    tally[outcome] = (tally[outcome] ?? 0) + 1;
  }
  return tally;
}
