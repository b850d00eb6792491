// What the linear algebra ops share: host functions over batches of matrices, and products and transposes of values.
// Owns: batching and storing; small matrix helpers in terms of primitives.

import { type DType, isComplex } from '../../base/dtype.ts';
import { DTypeError, ShapeError } from '../../base/errors.ts';
import { type Dims, showShape } from '../../base/shape.ts';
import type { ArrayValue, HostFunction } from '../../graph/primitive.ts';
import type { Spec, Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { doubles, hostFunction, matrixDims, store } from '../core/host.ts';
import { matmul } from '../math/matmul.ts';
import { floating } from '../math/operands.ts';
import type { Planes } from './kernels/complex.ts';

/** A floating tensor of matrices; complex ones only where the function has a way for them. */
export function matrices(x: TensorLike, name: string, square = false, complex = false): Tensor {
  const tensor = floating(x, name);
  if (!complex && isComplex(tensor.dtype))
    throw new DTypeError(
      `${name}: found dtype ${tensor.dtype}, wanted real matrices. B + iC acts as the real matrix [[B, −C], [C, B]] of twice the size.`,
    );
  if (tensor.dims.length < 2 || (square && tensor.dims.at(-1) !== tensor.dims.at(-2)))
    throw new ShapeError(
      `${name}: found shape ${showShape(tensor.dims)}; wanted ${square ? 'square matrices (…, n, n)' : 'matrices (…, m, n)'}.`,
    );
  return tensor;
}

/** A host function that maps one matrix of each operand to one array of each result, for every position of the batch. */
export function batched(
  name: string,
  infer: (outer: Dims, inputs: readonly Spec[]) => readonly { readonly dims: Dims; readonly dtype?: DType }[],
  each: (matrices: readonly Float64Array[], inputs: readonly Spec[]) => readonly ArrayLike<number>[],
  vjp?: HostFunction['vjp'],
  eachComplex?: (matrix: Planes, inputs: readonly Spec[]) => readonly (ArrayLike<number> | Planes)[],
): HostFunction {
  return hostFunction(
    name,
    (inputs) => {
      const { outer } = matrixDims(inputs[0]!.dims);
      return infer(outer, inputs).map(({ dims, dtype }) => ({ dims, dtype: dtype ?? inputs[0]!.dtype }));
    },
    (inputs, outputs) => {
      const { batch } = matrixDims(inputs[0]!.dims);
      if (eachComplex && isComplex(inputs[0]!.dtype)) return complexBatch(eachComplex, inputs, outputs, batch);
      const sources = inputs.map(doubles);
      const results = outputs.map((out) => new Float64Array(out.data.length));
      for (let b = 0; b < batch; b++) {
        const parts = sources.map((source) =>
          source.subarray((source.length / batch) * b, (source.length / batch) * (b + 1)),
        );
        each(parts, inputs).forEach((part, i) => {
          results[i]!.set(part, (results[i]!.length / batch) * b);
        });
      }
      outputs.forEach((out, i) => {
        store(out, results[i]!);
      });
    },
    vjp,
  );
}

/** Applies a function of one complex matrix to every matrix of a batch. */
function complexBatch(
  each: (matrix: Planes, inputs: readonly Spec[]) => readonly (ArrayLike<number> | Planes)[],
  inputs: readonly ArrayValue[],
  outputs: readonly ArrayValue[],
  batch: number,
): void {
  const source = inputs[0]!.data as ArrayLike<number>;
  const size = source.length / 2 / batch;
  for (let b = 0; b < batch; b++) {
    const lane = (k: number): Float64Array =>
      Float64Array.from({ length: size }, (_, i) => source[2 * (b * size + i) + k]!);
    each({ re: lane(0), im: lane(1) }, inputs).forEach((part, i) => {
      const { data, dtype } = outputs[i]!;
      const target = data as Float64Array;
      const start = (target.length / batch) * b;
      if (!isComplex(dtype)) target.set(part as ArrayLike<number>, start);
      else {
        const { re, im } = 're' in part ? part : { re: part, im: null };
        for (let j = 0; j < re.length; j++) {
          target[start + 2 * j] = re[j]!;
          target[start + 2 * j + 1] = im?.[j] ?? 0;
        }
      }
    });
  }
}

/** A product; what is transposed of complex matrices is conjugated too. */
export const mm = (a: Value, b: Value, options: { transposeA?: boolean; transposeB?: boolean } = {}): Value =>
  matmul(a as Tensor, b as Tensor, { adjointA: options.transposeA ?? false, adjointB: options.transposeB ?? false });
/** The last two axes exchanged, complex elements conjugated. */
export const adjointOf = (x: Value): Value => transposed(p.conj(x));
/** The last two axes exchanged. */
export const transposed = (x: Value): Value => {
  const r = x.dims.length;
  return p.transpose(x, [...x.dims.slice(0, -2).map((_, i) => i), r - 1, r - 2]);
};
/** Elements of a matrix where row − column lies in [low, high], zero elsewhere. */
export function band(x: Value, low: number, high: number): Value {
  if (isComplex(x.dtype)) return p.complex(band(p.real(x), low, high), band(p.imag(x), low, high));
  const [m, n] = x.dims.slice(-2) as [number, number];
  const difference = p.sub(p.iota([m, n], 0, 'int32'), p.iota([m, n], 1, 'int32'));
  const inside = p.binary(
    'and',
    p.compare('greaterEqual', difference, p.full(low, difference)),
    p.compare('lessEqual', difference, p.full(high, difference)),
  );
  return p.select(p.broadcastTo(inside, x.dims), x, p.zerosLike(x));
}
/** Diagonal matrices of (…, n). */
export function diagonalMatrix(x: Value): Value {
  const n = x.dims.at(-1)!;
  const dims = [...x.dims, n];
  const spread = p.broadcast(
    x,
    dims,
    x.dims.map((_, i) => i),
  );
  return band(spread, 0, 0);
}
/** The main diagonals of square matrices. */
export const diagonalOf = (x: Value): Value => p.reduceSum(band(x, 0, 0), [x.dims.length - 1]);
/** Identity matrices like x. */
export function identityLike(x: Value): Value {
  const n = x.dims.at(-1)!;
  return diagonalMatrix(p.full(1, { dims: [...x.dims.slice(0, -2), n], dtype: x.dtype }));
}
/** (…, n) as (…, n, 1) or (…, 1, n), spread to `dims`. */
export const asColumn = (x: Value, dims: Dims): Value =>
  p.broadcast(
    x,
    dims,
    x.dims.map((_, i) => i),
  );
export const asRow = (x: Value, dims: Dims): Value =>
  p.broadcast(x, dims, [...x.dims.slice(0, -1).map((_, i) => i), dims.length - 1]);
