// Where random numbers come from: a place in a Philox stream, known now or known to a program only when it runs.
// Owns: both kinds of place, seeds of ops, and the state that a traced function keeps between calls. What is made of the bits is in
// draw.ts; the generators themselves are in src/base/random.
import { ShapeError } from '../../base/errors.ts';
import { operationSeeds } from '../../base/random/keras-seed.ts';
import { type FunctionSeeds, KernelStream } from '../../base/random/operation-seeds.ts';
import { type PhiloxStream, stateOfStream } from '../../base/random/philox.ts';
import { statelessStream } from '../../base/random/tensorflow-seed.ts';
import { showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { resolve, withTrace } from '../../runtime/execute.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { activeTrace, type Trace } from '../../runtime/trace.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import { convertToTensor } from '../core/convert.ts';

/** A place known now, or as values: key (2,) and counter (4,), uint32. */
export type Source = { readonly stream: PhiloxStream } | { readonly key: Value; readonly counter: Value };

/** The low and the high words of 64-bit values (n,), as uint32 (n, 2). */
function wordsOf(x: Value): Value {
  const wide = p.convert(x, 'uint64');
  const low = p.convert(p.binary('and', wide, p.full(0xffffffffn, wide)), 'uint32');
  const high = p.convert(p.binary('shiftRight', wide, p.full(32n, wide)), 'uint32');
  const n = x.dims[0]!;
  return p.concatenate([p.reshape(low, [n, 1]), p.reshape(high, [n, 1])], 1);
}
const flat = (x: Value): Value => p.reshape(x, [x.dims.reduce((a, b) => a * b, 1)]);
const part = (x: Value, from: number, to: number): Value => p.slice(x, [from], [to]);

/** The stream of a state of three 64-bit numbers: the halves of the counter, and the key. */
export function sourceOfState(state: Value): Source {
  return { key: flat(wordsOf(part(state, 2, 3))), counter: flat(wordsOf(part(state, 0, 2))) };
}

/** The state some blocks further on; the lower half of the counter carries into the upper. */
export function skippedState(state: Value, blocks: number): Value {
  const wide = p.convert(state, 'uint64');
  const [low, high, key] = [part(wide, 0, 1), part(wide, 1, 2), part(wide, 2, 3)];
  const next = p.add(low, p.full(BigInt(blocks), low));
  const carry = p.convert(p.compare('less', next, low), 'uint64');
  return p.convert(p.concatenate([next, p.add(high, carry), key], 0), 'int64');
}

/** The source of a stateless op. */
export function statelessSource(seed: TensorLike, name: string): Source {
  const given = resolve(convertToTensor(seed, undefined, `${name}: seed`));
  if (given.dims.length !== 1 || given.dims[0] !== 2)
    throw new ShapeError(`${name}: the seed has shape ${showShape(given.dims)}; wanted two whole numbers, shape (2,).`);
  if (given.elements) return { stream: statelessStream(given.elements as ArrayLike<number | bigint>) };
  // The seed is scrambled into a key and the upper half of the counter, as statelessStream does it.
  const key = eagerTensor(Uint32Array.of(0x3ec8f720, 0x02461e29), [2], 'uint32');
  const words = p.randomBits(key, flat(wordsOf(p.convert(given, 'int64'))), [4]);
  const none = p.full(0, { dims: [2], dtype: 'uint32' });
  return { key: part(words, 0, 2), counter: p.concatenate([none, part(words, 2, 4)], 0) };
}

const functionSeeds = new WeakMap<Trace, FunctionSeeds>();

/**
 * The source of the next draw of an op with state, which moves on by `blocks`. In a traced function every op has a state of its
 * own, kept in a variable from call to call.
 */
export function operationSource(kernel: string, seed: number | bigint | undefined, blocks: number): Source {
  const trace = activeTrace();
  if (!trace) return { stream: operationSeeds.reserve(kernel, operationSeeds.pair(seed), blocks) };
  let seeds = functionSeeds.get(trace);
  if (!seeds) {
    seeds = operationSeeds.forFunction();
    functionSeeds.set(trace, seeds);
  }
  const initial = stateOfStream(new KernelStream(seeds.pair(seed)).reserve(0));
  const variable = withTrace(
    null,
    () => new VariableTensor(eagerTensor(initial, [3], 'int64'), { trainable: false, name: kernel }),
  );
  const state = variable.value();
  variable.set(skippedState(state, blocks) as Tensor);
  return sourceOfState(state);
}
