// The seeds of Keras 3: what a `SeedGenerator` holds and hands to the stateless ops, and where seeds come from that the user did
// not give. Owns these rules and the two program-wide sources behind them; leaves the variable that holds the state to `keras/`.
import { show, ValueError } from '../errors.ts';
import { OperationSeeds } from './operation-seeds.ts';
import { Random } from './python-random.ts';

/** Python's module `random`: `keras.utils.setRandomSeed` seeds it, default seeds are drawn from it. */
export const pythonRandom: Random = /* @__PURE__ */ new Random();
/** TensorFlow's global seed: `tf.random.setSeed` is `operationSeeds.set`. */
export const operationSeeds: OperationSeeds = /* @__PURE__ */ new OperationSeeds();

/** A seed for something that was given none: a `SeedGenerator`, an initializer. */
export const makeDefaultSeed = (): number => pythonRandom.randint(1, 1000000000);

/** The state of a `SeedGenerator(seed)`: the seed and how often it was drawn from, as int64. */
export function initialSeedState(seed: number | bigint = makeDefaultSeed()): BigInt64Array {
  if (typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) {
    throw new ValueError(`seed: found ${show(seed)}, wanted an integer.`);
  }
  const value = BigInt(seed);
  if (BigInt.asIntN(64, value) !== value) throw new ValueError(`seed: found ${seed}, which does not fit into int64.`);
  return BigInt64Array.of(value, 0n);
}

/**
 * Moves the state on, in place, and returns what it was: the seed of one draw.
 *
 * `ordered` counts up. Keras's global generator, which draws without a seed use, moves on unordered instead.
 */
export function nextSeed(state: BigInt64Array, ordered = true): BigInt64Array {
  const drawn = state.slice();
  if (ordered) {
    state[1] = state[1]! + 1n;
  } else {
    for (const i of [0, 1]) {
      const remainder = BigInt.asIntN(64, (state[i]! + 1n) * 5387n) % 933199n;
      state[i] = remainder < 0n ? remainder + 933199n : remainder;
    }
  }
  return drawn;
}

const MODULUS = 2147483646n;

/** The seed that a stateless op gets for a drawn seed: both numbers modulo 2^31 − 2, as int32. */
export function statelessSeed(drawn: ArrayLike<bigint>): [number, number] {
  const fold = (value: bigint) => Number(((value % MODULUS) + MODULUS) % MODULUS);
  return [fold(drawn[0]!), fold(drawn[1]!)];
}

/** The seed that a stateless op gets for an integer that the user gave: the same at every call. */
export const statelessSeedOf = (seed: number | bigint): [number, number] => statelessSeed(initialSeedState(seed));
