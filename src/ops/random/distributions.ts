// Numbers of the usual distributions from a source: what stateful ops, stateless ops and generators share.
// Owns: ranges, means and deviations, broadcasting of parameters.
import { type DType, isFloating } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { categoricalSamples } from '../../base/random/categorical.ts';
import { scaleAndShift, uniformInRange } from '../../base/random/scale.ts';
import { shuffledIndices } from '../../base/random/shuffle.ts';
import type { FloatArray, FloatDType } from '../../base/random/uniform.ts';
import { type Dims, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { assertFloatDType, integers, onHost, unitNormal, unitTruncatedNormal, unitUniform } from './draw.ts';
import type { Source } from './source.ts';

/** A limit: a number, or a tensor that broadcasts. */
export type Bound = number | bigint | Tensor | readonly number[];

/** A parameter in the dtype and shape of what is drawn. */
function parameter(value: TensorLike, dims: Dims, dtype: DType, name: string): Value {
  const given = convertToTensor(value, undefined, name);
  return p.broadcastTo(given.dtype === dtype ? given : p.convert(given, dtype), dims);
}

/** The numbers just drawn, where they are there and nobody else has them. */
const drawnNow = (source: Source, x: Value): FloatArray | null =>
  'stream' in source && 'elements' in x && x.elements ? (x.elements as FloatArray) : null;

/** x · scale + shift; each step is rounded, and steps that change nothing are left out, as TensorFlow's numbers have it. */
function scaled(source: Source, x: Value, scale: TensorLike, shift: TensorLike, name: string): Value {
  const data = drawnNow(source, x);
  if (data && typeof scale === 'number' && typeof shift === 'number')
    return eagerTensor(scaleAndShift(data, x.dtype as FloatDType, scale, shift), x.dims, x.dtype);
  let y = x;
  if (scale !== 1) y = p.mul(y, parameter(scale, x.dims, x.dtype, name));
  if (shift !== 0) y = p.add(y, parameter(shift, x.dims, x.dtype, name));
  return y;
}

const whole = (value: Bound, name: string): number | bigint => {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  const elements = convertToTensor(value as TensorLike, undefined, name).dataSync();
  if (elements.length !== 1)
    throw new ValueError(`${name}: found ${elements.length} limits, wanted one number for integers.`);
  return elements[0]!;
};

export function uniformFrom(
  source: Source,
  dims: Dims,
  minval: Bound | null,
  maxval: Bound | null | undefined,
  dtype: DType,
  name: string,
): Tensor {
  if (!isFloating(dtype)) {
    return integers(source, dims, dtype, {
      minval: minval === null ? null : whole(minval, `${name}: minval`),
      maxval: maxval === null || maxval === undefined ? maxval : whole(maxval, `${name}: maxval`),
    }) as Tensor;
  }
  assertFloatDType(dtype, name);
  const [low, high] = [minval ?? 0, maxval ?? 1];
  if ('stream' in source && typeof low === 'number' && typeof high === 'number')
    return eagerTensor(uniformInRange(source.stream, sizeOf(dims), dtype, low, high), dims, dtype);
  const unit = unitUniform(source, dims, dtype);
  if (low === 0 && high === 1) return unit as Tensor;
  const width = p.sub(
    parameter(high as TensorLike, dims, dtype, name),
    parameter(low as TensorLike, dims, dtype, name),
  );
  return scaled(source, unit, width as Tensor, low as TensorLike, name) as Tensor;
}

export function normalFrom(
  source: Source,
  dims: Dims,
  mean: TensorLike,
  stddev: TensorLike,
  dtype: DType,
  name: string,
): Tensor {
  assertFloatDType(dtype, name);
  return scaled(source, unitNormal(source, dims, dtype), stddev, mean, name) as Tensor;
}

export function truncatedNormalFrom(
  source: Source,
  dims: Dims,
  mean: TensorLike,
  stddev: TensorLike,
  dtype: DType,
  name: string,
): Tensor {
  assertFloatDType(dtype, name);
  return scaled(source, unitTruncatedNormal(source, dims, dtype), stddev, mean, name) as Tensor;
}

/** The rows of x in the order that the stream gives. */
export function shuffleFrom(source: Source, x: Tensor): Tensor {
  const rows = x.dims[0];
  if (rows === undefined || rows <= 1) return p.reshape(x, x.dims) as Tensor;
  const order = onHost('shuffle', source, [], { dims: [rows], dtype: 'int32' }, (stream, _inputs, out) => {
    (out.data as Int32Array).set(shuffledIndices(stream, rows));
  });
  return p.takeRows(x, order) as Tensor;
}

/** Classes (rows, samples) by unnormalized log-probabilities (rows, classes). */
export function categoricalFrom(source: Source, logits: Tensor, samples: number, dtype: DType, name: string): Tensor {
  if (logits.dims.length !== 2)
    throw new ValueError(`${name}: logits are ${show(logits)}; wanted shape (batch, classes).`);
  const spec = { dims: [logits.dims[0]!, samples], dtype: 'int32' as const };
  const classes = onHost('categorical', source, [logits], spec, (stream, [x], out) => {
    (out.data as Int32Array).set(categoricalSamples(stream, x!.data as ArrayLike<number>, x!.dims, samples));
  });
  return p.convert(classes, dtype) as Tensor;
}
