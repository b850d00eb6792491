// What is made of random bits: uniform numbers, normal deviates, integers, orders of rows, samples of distributions.
// Owns: drawing from a source. From a place known now TensorFlow's exact algorithms draw (src/base/random); inside a program the
// same arithmetic stands as primitives, and what rejects numbers or sorts is a function of the host.
import { allocate, type DType, dtypes } from '../../base/dtype.ts';
import { DTypeError } from '../../base/errors.ts';
import { normalFloats, truncatedNormalFloats, wordsForNormals } from '../../base/random/normal.ts';
import type { PhiloxStream } from '../../base/random/philox.ts';
import { drawIntegers } from '../../base/random/stateless.ts';
import { type FloatDType, type RandomInteger, uniformFloats, wordsPerElement } from '../../base/random/uniform.ts';
import { type Dims, sizeOf } from '../../base/shape.ts';
import type { ArrayValue, HostFunction } from '../../graph/primitive.ts';
import type { Spec, Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor } from '../../runtime/tensor.ts';
import type { Source } from './source.ts';

const isFloat = (dtype: DType): dtype is FloatDType => dtypes[dtype].kind === 'float';
export function assertFloatDType(dtype: DType, name: string): asserts dtype is FloatDType {
  if (!isFloat(dtype))
    throw new DTypeError(`${name}: found dtype ${dtype}; wanted float16, bfloat16, float32 or float64.`);
}

/** Two words of each element, low and high, as uint64. */
function wideWords(words: Value, swap: boolean): Value {
  const pairs = p.reshape(words, [words.dims[0]! / 2, 2]);
  const column = (i: number): Value =>
    p.convert(p.reshape(p.slice(pairs, [0, i], [pairs.dims[0]!, i + 1]), [pairs.dims[0]!]), 'uint64');
  const [low, high] = swap ? [column(1), column(0)] : [column(0), column(1)];
  return p.binary('or', p.binary('shiftLeft', high, p.full(32n, high)), low);
}

/** Words as floats of [0, 1). */
function unitFloats(words: Value, dtype: FloatDType): Value {
  if (dtype === 'float64') {
    // The 52 bits of the mantissa; they fit into int64, whose conversion is exact.
    const wide = wideWords(words, true);
    const mantissa = p.binary('and', wide, p.full(0xfffffffffffffn, wide));
    return p.scale(p.convert(p.convert(mantissa, 'int64'), 'float64'), 2 ** -52);
  }
  const bits = dtype === 'float32' ? 23 : dtype === 'float16' ? 10 : 7;
  const mantissa = p.binary('and', words, p.full(2 ** bits - 1, words));
  return p.convert(p.scale(p.convert(mantissa, 'float32'), 2 ** -bits), dtype);
}

/** Uniform numbers of [0, 1). */
export function unitUniform(source: Source, dims: Dims, dtype: FloatDType): Value {
  const count = sizeOf(dims);
  if ('stream' in source) return eagerTensor(uniformFloats(source.stream, count, dtype), dims, dtype);
  // In the result's shape, where that is one word an element: then what reads a part of it needs only that part of the bits.
  const perElement = wordsPerElement(dtype);
  const words = p.randomBits(source.key, source.counter, perElement === 1 ? dims : [count * perElement]);
  return p.reshape(unitFloats(words, dtype), dims);
}

/** Standard normal deviates by Box and Muller's transform. */
export function unitNormal(source: Source, dims: Dims, dtype: FloatDType): Value {
  const count = sizeOf(dims);
  if ('stream' in source) return eagerTensor(normalFloats(source.stream, count, dtype), dims, dtype);
  const inner = dtype === 'float64' ? 'float64' : 'float32';
  const words = p.randomBits(source.key, source.counter, [wordsForNormals(count, dtype)]);
  const unit = unitFloats(words, inner);
  const half = unit.dims[0]! / 2;
  const pairs = p.reshape(unit, [half, 2]);
  const column = (i: number): Value => p.reshape(p.slice(pairs, [0, i], [half, i + 1]), [half]);
  const u = p.binary('max', column(0), p.full(1e-7, column(0)));
  const radius = p.unary('sqrt', p.scale(p.unary('log', u), -2));
  const angle = p.scale(column(1), 2 * Math.PI);
  const both = [p.unary('sin', angle), p.unary('cos', angle)].map((part) => p.reshape(p.mul(part, radius), [half, 1]));
  const numbers = p.reshape(p.concatenate(both, 1), [2 * half]);
  return p.reshape(p.convert(p.slice(numbers, [0], [count]), dtype), dims);
}

/** Standard normal deviates, those beyond ±2 drawn again. */
export function unitTruncatedNormal(source: Source, dims: Dims, dtype: FloatDType): Value {
  return onHost('truncatedNormal', source, [], { dims, dtype }, (stream, _inputs, out) => {
    (out.data as Float64Array).set(truncatedNormalFloats(stream, sizeOf(dims), dtype));
  });
}

export interface IntegerRange {
  /** null for both: the whole range of the dtype. */
  readonly minval: number | bigint | null;
  readonly maxval: number | bigint | null | undefined;
}
/** Integers in a range, or any. */
export function integers(source: Source, dims: Dims, dtype: DType, range: IntegerRange): Value {
  const count = sizeOf(dims);
  // Also checks the range and the dtype.
  const drawn = drawIntegers('stream' in source ? source.stream : NOWHERE, 'stream' in source ? count : 0, {
    minval: range.minval,
    dtype,
    ...(range.maxval === undefined ? {} : { maxval: range.maxval }),
  });
  if ('stream' in source) return eagerTensor(drawn, dims, dtype);
  const wide = wordsPerElement(dtype as RandomInteger) === 2;
  const words = p.randomBits(source.key, source.counter, [count * (wide ? 2 : 1)]);
  const bits = wide ? wideWords(words, false) : words;
  if (range.minval === null) return p.reshape(p.convert(bits, dtype), dims);
  const [low, high] = [BigInt(range.minval), BigInt(range.maxval!)];
  const width = high - low;
  const rest = p.binary('rem', bits, p.full(wide ? width : Number(width), bits));
  const moved = p.convert(rest, dtype);
  return p.reshape(p.add(moved, p.full(wide ? low : Number(low), moved)), dims);
}
const NOWHERE: PhiloxStream = { key: [0, 0], counter: [0, 0, 0, 0] };

/** Draws with a function of the host: at once, or as a call inside a program. */
export function onHost(
  name: string,
  source: Source,
  inputs: readonly Value[],
  spec: Spec,
  draw: (stream: PhiloxStream, inputs: readonly ArrayValue[], out: ArrayValue) => void,
): Value {
  if ('stream' in source && inputs.every((input) => 'elements' in input && input.elements)) {
    const data = allocate(spec.dtype, sizeOf(spec.dims));
    const arrays = (inputs as readonly (Value & { elements: ArrayValue['data'] })[]).map((input) => ({
      dims: input.dims,
      dtype: input.dtype,
      data: input.elements,
    }));
    draw(source.stream, arrays, { ...spec, data });
    return eagerTensor(data, spec.dims, spec.dtype);
  }
  const place =
    'stream' in source
      ? [
          eagerTensor(Uint32Array.from(source.stream.key), [2], 'uint32'),
          eagerTensor(Uint32Array.from(source.stream.counter), [4], 'uint32'),
        ]
      : [source.key, source.counter];
  const call: HostFunction = {
    hostFunction: name,
    infer: () => [spec],
    evaluate: ([key, counter, ...rest], [out]) => {
      const words = (value: ArrayValue): number[] => Array.from(value.data as Uint32Array, Number);
      const stream = { key: words(key!), counter: words(counter!) } as object as PhiloxStream;
      draw(stream, rest, out!);
    },
  };
  return p.customCall(call, [...place, ...inputs])[0]!;
}
