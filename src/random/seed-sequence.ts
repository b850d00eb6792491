// NumPy's SeedSequence: turns any seed into as many well-mixed words as a generator wants. Owns that mixing alone.
import { show, ValueError } from '../base/errors.ts';
import { wordsOf } from '../base/random/python-random.ts';

/** What `defaultRng` takes: a non-negative integer of any size, or several. */
export type Entropy = number | bigint | readonly (number | bigint)[];

const POOL = 4;

function words(entropy: Entropy): number[] {
  if (typeof entropy === 'object') return entropy.flatMap(words);
  const valid = typeof entropy === 'bigint' ? entropy >= 0n : Number.isSafeInteger(entropy) && entropy >= 0;
  if (!valid) throw new ValueError(`seed: found ${show(entropy)}, wanted an integer ≥ 0 (a bigint above 2^53).`);
  return wordsOf(BigInt(entropy));
}

/** The pool of 128 mixed bits for `entropy`. */
function mixedPool(entropy: readonly number[]): Uint32Array {
  let constant = 0x43b0d7e5;
  const hash = (value: number) => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    const product = Math.imul(mixed, constant);
    return product ^ (product >>> 16);
  };
  const mix = (x: number, y: number) => {
    const result = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y);
    return result ^ ((result | 0) >>> 16);
  };
  const pool = new Uint32Array(POOL);
  for (let i = 0; i < POOL; i++) pool[i] = hash(entropy[i] ?? 0);
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) if (from !== to) pool[to] = mix(pool[to]!, hash(pool[from]!));
  }
  for (let from = POOL; from < entropy.length; from++) {
    for (let to = 0; to < POOL; to++) pool[to] = mix(pool[to]!, hash(entropy[from]!));
  }
  return pool;
}

/** `count` words for seeding a generator, from the seed; without a seed, from the system's randomness. */
export function seedWords(count: number, entropy: Entropy | null | undefined): Uint32Array {
  const given = entropy ?? Array.from(crypto.getRandomValues(new Uint32Array(POOL)));
  const pool = mixedPool(words(given));
  let constant = 0x8b51f9dd;
  return Uint32Array.from({ length: count }, (_, i) => {
    const mixed = pool[i % POOL]! ^ constant;
    constant = Math.imul(constant, 0x58f38ded);
    const product = Math.imul(mixed, constant);
    return product ^ (product >>> 16);
  });
}
