// Every primitive on its own samples: shapes as inferred, and gradients of first and second order against finite differences
// in float64, on the reference.
import { describe, expect, it } from 'vitest';
import '../index.ts';
import { allocate, type DType, dtypes, isBig } from '../base/dtype.ts';
import { sizeOf } from '../base/shape.ts';
import { bind } from '../graph/dispatch.ts';
import type { ArrayValue, Params, Primitive, Sample } from '../graph/primitive.ts';
import type { Value } from '../graph/value.ts';
import { setEngine } from '../runtime/execute.ts';
import { Tape } from '../runtime/tape.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';
import { mul, reduceSum } from './functions.ts';
import { allPrimitives } from './index.ts';

/** A small generator with a printed seed: the samples must not change from run to run. */
const SEED = 20240607;
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Input = Sample['inputs'][number];
function inputOf(input: Input, random: () => number, dtype: DType = input.dtype): ArrayValue {
  const { dims, low = -1, high = 1, values } = input;
  const { kind, lanes } = dtypes[dtype];
  const n = sizeOf(dims);
  const data = allocate(dtype, n);
  for (let i = 0; i < n * lanes; i++) {
    const drawn = values?.[i] ?? low + random() * (high - low);
    const number = kind === 'float' || kind === 'complex' ? drawn : Math.floor(drawn);
    (data as { [i: number]: unknown })[i] = isBig(dtype)
      ? BigInt(number)
      : kind === 'bool'
        ? number !== 0
          ? 1
          : 0
        : number;
  }
  return { dims, dtype, data };
}

const describeSample = (sample: Sample): string =>
  `${sample.inputs.map(({ dtype, dims }) => `${dtype}[${dims}]`).join(' ')} ${JSON.stringify(sample.params ?? {}, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value))}`;

const tensorOf = ({ data, dims, dtype }: ArrayValue): Tensor => eagerTensor(data, dims, dtype);
const numbers = (x: Value): Float64Array => (x as Tensor).elements as Float64Array;

/** Σ of outputs weighted, so that every element of every output matters. */
function weighted(primitive: Primitive, inputs: readonly Tensor[], params: Params, weights: readonly Tensor[]): Value {
  const outputs = bind(primitive, inputs, params).filter((output) => output.dtype === 'float64');
  return outputs
    .map((output, i) =>
      reduceSum(
        mul(output, weights[i]!),
        output.dims.map((_, axis) => axis),
      ),
    )
    .reduce((a, b) => eagerAdd(a, b));
}
const eagerAdd = (a: Value, b: Value): Value => bind(find('add'), [a, b], {})[0]!;
const find = (name: string): Primitive => allPrimitives().find((primitive) => primitive.name === name)!;

/** Where results jump or bend: no derivative there to compare with, so samples keep away from them. */
const NO_SECOND = new Set(['abs', 'sign', 'max', 'min', 'reduceMax', 'reduceMin', 'windowMax', 'sort', 'rem']);
/** Piecewise constant: the true derivative is 0, and neighbouring points may lie on another step. */
const STEPS = new Set(['floor', 'ceil', 'trunc', 'round', 'sign']);

function check(primitive: Primitive, sample: Sample, order: 1 | 2): void {
  const random = generator(SEED);
  const params = sample.params ?? {};
  const arrays = sample.inputs.map((input) => inputOf(input, random));
  const sources = arrays.flatMap(({ dtype, data }, i) => (dtype === 'float64' && data.length > 0 ? [i] : []));
  if (sources.length === 0) return;
  const inputs = arrays.map(tensorOf);
  const probes = bind(primitive, inputs, params).filter((output) => output.dtype === 'float64');
  if (probes.length === 0) return;
  const weights = probes.map(({ dims }) => tensorOf(inputOf({ dims, dtype: 'float64', low: 0.5, high: 1.5 }, random)));
  const directions = sources.map((i) => tensorOf(inputOf({ dims: arrays[i]!.dims, dtype: 'float64' }, random)));

  /** The value, or for second order the derivative along the directions. */
  const value = (given: readonly Tensor[]): Value => {
    if (order === 1) return weighted(primitive, given, params, weights);
    const tape = new Tape();
    const watched = sources.map((i) => given[i]!);
    tape.watchAll(watched);
    const result = tape.record(() => weighted(primitive, given, params, weights)) as Tensor;
    return tape
      .gradients([result], watched)
      .map((gradient, k) =>
        gradient
          ? reduceSum(
              mul(gradient, directions[k]!),
              gradient.dims.map((_, axis) => axis),
            )
          : tensorOf({ dims: [], dtype: 'float64', data: new Float64Array(1) }),
      )
      .reduce((a, b) => eagerAdd(a, b));
  };
  const tape = new Tape();
  const watched = sources.map((i) => inputs[i]!);
  tape.watchAll(watched);
  const result = tape.record(() => value(inputs)) as Tensor;
  const gradients = tape.gradients([result], watched);

  const step = 1e-6;
  sources.forEach((source, k) => {
    const { data, dims } = arrays[source]!;
    const gradient = gradients[k] ? numbers(gradients[k]!) : new Float64Array(data.length);
    expect(gradient.length, `gradient ${source} of ${primitive.name} has the shape of its input`).toBe(data.length);
    // Some elements of large inputs stand for all.
    const stride = Math.max(1, Math.floor(data.length / 12));
    for (let at = 0; at < data.length; at += stride) {
      const moved = (by: number): number => {
        const copy = (data as Float64Array).slice();
        copy[at]! += by;
        return numbers(
          value(inputs.map((input, i) => (i === source ? eagerTensor(copy, dims, 'float64') : input))),
        )[0]!;
      };
      const difference = (moved(step) - moved(-step)) / (2 * step);
      const tolerance = 2e-5 * (1 + Math.abs(difference));
      expect(
        Math.abs(gradient[at]! - difference),
        `d${order > 1 ? '²' : ''} ${primitive.name} by input ${source}, element ${at}: ${gradient[at]}, by differences ${difference}; ${describeSample(sample)}, seed ${SEED}`,
      ).toBeLessThan(tolerance);
    }
  });
}

describe('primitives', () => {
  for (const primitive of allPrimitives()) {
    const samples = primitive.samples();
    it(`${primitive.name}: results are of the inferred shapes and dtypes`, () => {
      for (const sample of samples) {
        const random = generator(SEED);
        const inputs = sample.inputs.map((input) => inputOf(input, random));
        const params = (sample.params ?? {}) as never;
        const specs = primitive.infer(inputs, params);
        const outputs = specs.map((spec) => ({ ...spec, data: allocate(spec.dtype, sizeOf(spec.dims)) }));
        primitive.evaluate(inputs, params, outputs);
        for (const { dtype, dims, data } of outputs) {
          const { lanes, kind, min, max } = dtypes[dtype];
          expect(data.length, describeSample(sample)).toBe(sizeOf(dims) * lanes);
          if (kind === 'int' || kind === 'uint' || kind === 'bool')
            for (const element of data as ArrayLike<number | bigint> & Iterable<number | bigint>)
              expect(
                Number(element) >= min && Number(element) <= max,
                `${primitive.name} ${describeSample(sample)}`,
              ).toBe(true);
        }
      }
    });
    if (!primitive.vjp || STEPS.has(primitive.name)) continue;
    const doubles = samples.filter((sample) => sample.inputs.some((input) => input.dtype === 'float64'));
    if (doubles.length === 0) continue;
    it(`${primitive.name}: gradients are those of finite differences`, () => {
      setEngine(null);
      for (const sample of doubles) check(primitive, sample, 1);
    });
    if (NO_SECOND.has(primitive.name)) continue;
    it(`${primitive.name}: second gradients are those of finite differences`, () => {
      setEngine(null);
      for (const sample of doubles) check(primitive, sample, 2);
    });
  }
});
