// keras.random.SeedGenerator: the variable from which layers and initializers draw their seeds, inside programs too.
// Owns: the state and how it moves on, and the program's own generator. The rules stand in src/base/random/keras-seed.ts.
import { type Class, callable } from '../../base/callable.ts';
import { show, ValueError } from '../../base/errors.ts';
import {
  initialSeedState,
  makeDefaultSeed,
  operationSeeds,
  pythonRandom,
  statelessSeed,
} from '../../base/random/keras-seed.ts';
import { inspect, shortForm } from '../../base/short-form.ts';
import { Variable } from '../../ops/core/variable.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { type Config, integer, nullable, optional, schema, string } from '../schema.ts';
import { registerModule } from '../serialization.ts';
import { autoName, currentPath, onClearSession } from '../session.ts';

const options = schema(
  'SeedGenerator',
  { seed: optional(nullable(integer()), null), name: optional(nullable(string), null) },
  { positional: ['seed', 'name'] },
);
export interface SeedGeneratorOptions extends Options<{ seed: number | null; name: string | null }> {}
type SeedGeneratorArgs = [seed?: number | null, options?: SeedGeneratorOptions] | [options: SeedGeneratorOptions];

export class SeedGenerator_ {
  readonly name: string;
  /** (2,) int64: the seed, and how often it was drawn from. */
  readonly state: Variable;
  readonly #seed: number | null;

  constructor(...args: SeedGeneratorArgs) {
    const { seed, name } = options.parse(args);
    this.name = name ?? autoName('SeedGenerator');
    this.#seed = seed;
    this.state = new Variable(eagerTensor(initialSeedState(seed ?? makeDefaultSeed()), [2], 'int64'), {
      trainable: false,
      name: 'seed_generator_state',
    });
    this.state.path = [currentPath(), this.name, 'seed_generator_state'].filter(Boolean).join('/');
  }

  /** The state now, as the seed of one draw; it then counts on (or, unordered, jumps on as Keras's global generator does). */
  next(ordered = true): Tensor {
    const drawn = this.state.value();
    const word = (value: number): Tensor => p.full(value, drawn) as Tensor;
    if (ordered) this.state.set(p.add(drawn, eagerTensor(BigInt64Array.of(0n, 1n), [2], 'int64')) as Tensor);
    else this.state.set(p.binary('rem', p.mul(p.add(drawn, word(1)), word(5387)), word(933199)) as Tensor);
    return drawn;
  }

  toString(): string {
    return shortForm(this, { name: this.name, seed: this.#seed });
  }
  [inspect](): string {
    return this.toString();
  }

  getConfig(): Config {
    return { seed: this.#seed, name: this.name };
  }
  static fromConfig(config: Config): SeedGenerator {
    return new SeedGenerator(options.fromConfig(config));
  }
}

export interface SeedGenerator extends SeedGenerator_ {}
/** A source of seeds: every draw takes the next. */
export const SeedGenerator: Class<SeedGeneratorArgs, SeedGenerator> = callable(SeedGenerator_, 'SeedGenerator');
registerModule('keras.random', { SeedGenerator });

let globalGenerator: SeedGenerator | null = null;
onClearSession(() => {
  globalGenerator = null;
});

/** Seeds all that is random and was given no seed: Keras's layers and initializers, and TensorFlow's global seed. */
export function seedEverything(seed: number): void {
  if (!Number.isInteger(seed)) throw new ValueError(`setRandomSeed: found ${show(seed)}, wanted a whole number.`);
  pythonRandom.seed(seed);
  operationSeeds.set(seed);
  globalGenerator = null;
}

/** What a random function takes as `seed`: a number gives the same at every call, null draws from the program's own generator. */
export type SeedLike = number | SeedGenerator | null | undefined;

const MODULUS = 2147483646;

/** The two int32 that a stateless op takes, for one draw. */
export function drawSeed(seed: SeedLike): Tensor {
  let drawn: Tensor;
  if (typeof seed === 'number') drawn = eagerTensor(initialSeedState(seed), [2], 'int64');
  else if (seed instanceof SeedGenerator_) drawn = seed.next();
  else if (seed === null || seed === undefined) {
    globalGenerator ??= new SeedGenerator();
    drawn = globalGenerator.next(false);
  } else throw new ValueError(`seed: found ${show(seed)}, wanted a whole number, a SeedGenerator, or null.`);
  if (drawn.elements) return eagerTensor(Int32Array.from(statelessSeed(drawn.elements as BigInt64Array)), [2], 'int32');
  const modulus = p.full(MODULUS, drawn);
  // Twice, so that negative seeds come out positive too.
  const rest = p.binary('rem', p.add(p.binary('rem', drawn, modulus), modulus), modulus);
  return p.convert(rest, 'int32') as Tensor;
}
