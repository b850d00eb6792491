// tf.random.Generator: a stream that the user holds.
// Owns: the class, whose state is a variable, so that programs carry it from call to call; and the program's own generator.

import { type Class, callable } from '../../base/callable.ts';
import { asDType, type DType } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { guarded, guardMethods } from '../../base/misuse.ts';
import { StatefulGenerator } from '../../base/random/stateful-generator.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { withTrace } from '../../runtime/execute.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asDims, convertToTensor } from '../core/convert.ts';
import { bindArguments, type Forms } from '../core/signature.ts';
import { Variable, type Variable_ } from '../core/variable.ts';
import { type Bound, normalFrom, truncatedNormalFrom, uniformFrom } from './distributions.ts';
import { integers } from './draw.ts';
import { type Source, skippedState, sourceOfState } from './source.ts';

/** The algorithms that TensorFlow knows; this one is Philox. */
export const Algorithm = { PHILOX: 1, THREEFRY: 2, AUTO_SELECT: 3 } as const;

export type GeneratorSeed = number | bigint | readonly (number | bigint)[];
const BLOCKS = 256;

function checkAlgorithm(alg: unknown): void {
  const name = typeof alg === 'string' ? alg.toLowerCase() : alg;
  if (![undefined, null, 1, 3, 'philox', 'auto_select'].includes(name as never))
    throw new ValueError(`Generator: algorithm ${show(alg)}; there is 'philox' only.`);
}

const UNIFORM = ['shape', 'minval', 'maxval', 'dtype'] as const;
type UniformParameters = [shape: Shape | TensorLike, minval?: Bound | null, maxval?: Bound | null, dtype?: DType];
const NORMAL = ['shape', 'mean', 'stddev', 'dtype'] as const;
type NormalParameters = [shape: Shape | TensorLike, mean?: TensorLike, stddev?: TensorLike, dtype?: DType];

export class Generator_ {
  /** The halves of the counter and the key: int64 (3,). */
  readonly state: Variable;
  readonly algorithm = Algorithm.PHILOX;

  /** From a seed; without one, from an unpredictable state. */
  constructor(seed?: GeneratorSeed | { readonly state: TensorLike; readonly alg?: unknown }) {
    let state: ArrayLike<bigint>;
    if (seed !== null && typeof seed === 'object' && 'state' in seed) {
      checkAlgorithm(seed.alg);
      const given = convertToTensor(seed.state, undefined, 'Generator: state').dataSync();
      state = Array.from(given as ArrayLike<number | bigint>, BigInt);
    } else
      state = (seed === undefined ? StatefulGenerator.fromNonDeterministicState() : StatefulGenerator.fromSeed(seed))
        .state;
    const checked = new StatefulGenerator(state).state;
    this.state = withTrace(null, () =>
      Variable(eagerTensor(checked, [3], 'int64'), { dtype: 'int64', trainable: false, name: 'StateVar' }),
    );
  }

  static fromSeed(seed: GeneratorSeed, alg?: unknown): Generator {
    checkAlgorithm(alg);
    return new Generator_(seed);
  }
  static fromState(state: TensorLike, alg?: unknown): Generator {
    return new Generator_({ state, alg });
  }
  static fromNonDeterministicState(alg?: unknown): Generator {
    checkAlgorithm(alg);
    return new Generator_();
  }
  static fromKeyCounter(key: number | bigint, counter: readonly (number | bigint)[], alg?: unknown): Generator {
    checkAlgorithm(alg);
    return Generator_.fromState(StatefulGenerator.fromKeyCounter(key, counter).state);
  }

  get key(): Tensor {
    return p.reshape(p.slice(this.state.value(), [2], [3]), []) as Tensor;
  }

  #host(): StatefulGenerator | null {
    const { elements } = this.state.value();
    return elements ? new StatefulGenerator(elements as BigInt64Array) : null;
  }
  #set(state: BigInt64Array | Value): void {
    (this.state as Variable_).set(
      (state instanceof BigInt64Array ? eagerTensor(state, [3], 'int64') : state) as Tensor,
    );
  }

  /** The place of the next `elements` numbers; the state moves on. */
  #reserve(elements: number): Source {
    const host = this.#host();
    if (host) {
      const stream = host.reserve(elements);
      this.#set(host.state);
      return { stream };
    }
    const state = this.state.value();
    this.#set(skippedState(state, elements * BLOCKS));
    return sourceOfState(state);
  }

  reset(state: TensorLike): void {
    const given = convertToTensor(state, undefined, 'Generator.reset').dataSync();
    this.#set(new StatefulGenerator(Array.from(given as ArrayLike<number | bigint>, BigInt)).state);
  }
  resetFromSeed(seed: GeneratorSeed): void {
    this.#set(StatefulGenerator.fromSeed(seed).state);
  }
  resetFromKeyCounter(key: number | bigint, counter: readonly (number | bigint)[]): void {
    this.#set(StatefulGenerator.fromKeyCounter(key, counter).state);
  }
  /** Moves on as if `delta` numbers had been drawn. */
  skip(delta: number | bigint): Tensor {
    const before = this.state.value();
    this.#reserve(Number(delta));
    return before;
  }

  uniform(...args: Forms<UniformParameters, typeof UNIFORM>): Tensor {
    const name = 'Generator.uniform';
    const [shape, minval = 0, maxval, dtype = 'float32'] = bindArguments(
      name,
      UNIFORM,
      args,
      true,
    ) as Partial<UniformParameters>;
    const dims = asDims(shape as TensorLike, `${name}: shape`);
    return uniformFrom(this.#reserve(sizeOf(dims)), dims, minval, maxval, asDType(dtype), name);
  }
  normal(...args: Forms<NormalParameters, typeof NORMAL>): Tensor {
    const name = 'Generator.normal';
    const [shape, mean = 0, stddev = 1, dtype = 'float32'] = bindArguments(
      name,
      NORMAL,
      args,
    ) as Partial<NormalParameters>;
    const dims = asDims(shape as TensorLike, `${name}: shape`);
    return normalFrom(this.#reserve(sizeOf(dims)), dims, mean, stddev, asDType(dtype), name);
  }
  truncatedNormal(...args: Forms<NormalParameters, typeof NORMAL>): Tensor {
    const name = 'Generator.truncatedNormal';
    const [shape, mean = 0, stddev = 1, dtype = 'float32'] = bindArguments(
      name,
      NORMAL,
      args,
    ) as Partial<NormalParameters>;
    const dims = asDims(shape as TensorLike, `${name}: shape`);
    return truncatedNormalFrom(this.#reserve(sizeOf(dims)), dims, mean, stddev, asDType(dtype), name);
  }
  /** Any integers of a dtype. */
  uniformFullInt(shape: Shape | TensorLike, dtype: DType = 'uint64'): Tensor {
    const dims = asDims(shape, 'Generator.uniformFullInt: shape');
    return integers(this.#reserve(sizeOf(dims)), dims, asDType(dtype), { minval: null, maxval: null }) as Tensor;
  }
  /** Seeds for stateless ops, (2, count): the second row is zero. */
  makeSeeds(count = 1): Tensor {
    const keys = integers(this.#reserve(count), [1, count], 'int64', { minval: null, maxval: null });
    return p.concatenate([keys, p.zerosLike(keys)], 0) as Tensor;
  }
  /** `count` generators independent of each other and of this one. */
  split(count = 1): Generator[] {
    const keys = integers(this.#reserve(count), [count], 'int64', { minval: null, maxval: null }) as Tensor;
    return Array.from(keys.dataSync() as BigInt64Array, (key) => Generator_.fromState(BigInt64Array.of(0n, 0n, key)));
  }
}

guardMethods(Generator_.prototype, 'Generator');

export interface Generator extends Generator_ {}
type Statics = Pick<typeof Generator_, 'fromSeed' | 'fromState' | 'fromNonDeterministicState' | 'fromKeyCounter'>;
export const Generator: Class<ConstructorParameters<typeof Generator_>, Generator> & Statics = callable(
  Generator_,
  'Generator',
) as Class<ConstructorParameters<typeof Generator_>, Generator> & Statics;

let global: Generator | null = null;
/** The program's generator, made at first use. */
export function getGlobalGenerator(): Generator {
  global ??= Generator_.fromNonDeterministicState();
  return global;
}
export function setGlobalGenerator(generator: Generator): void {
  global = generator;
}
/** The state that a seed gives. */
export const createRngState = guarded(
  'random.createRngState',
  ['seed', 'alg'],
  (seed: GeneratorSeed, alg?: unknown): Tensor => {
    checkAlgorithm(alg);
    return eagerTensor(StatefulGenerator.fromSeed(seed).state, [3], 'int64');
  },
);
