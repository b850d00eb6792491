// tf.sparse.sampledAddmm: single elements of a matrix product, where a sparse matrix has some.
// Owns: the gathering of rows and columns; nothing of the product is computed beside the elements asked for.
import type { DType } from '../../base/dtype.ts';
import { ShapeError, show } from '../../base/errors.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { gatherNd } from '../core/gather-nd.ts';
import { signature } from '../core/signature.ts';

/** alpha · (mat1 · mat2) at `indices` + beta · values: indices (…, n, 2), values (…, n), and the dense shape, as they were given. */
export const sampledAddmm = signature(
  'sparse.sampledAddmm',
  ['indices', 'values', 'denseShape', 'mat1', 'mat2', 'beta', 'alpha', 'outputType'],
  (
    indices: TensorLike,
    values: TensorLike,
    denseShape: TensorLike,
    mat1: TensorLike,
    mat2: TensorLike,
    beta: TensorLike = 1,
    alpha: TensorLike = 1,
    outputType: DType = 'float32',
  ): [indices: Tensor, values: Tensor, denseShape: Tensor] => {
    const name = 'sparse.sampledAddmm';
    const places = convertToTensor(indices, undefined, `${name}: indices`);
    const [added, a, b] = [values, mat1, mat2].map((x) => convertToTensor(x, outputType, name)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const shape = convertToTensor(denseShape, 'int32', `${name}: denseShape`);
    const rank = a.dims.length;
    const wanted = [a.dims.at(-2), b.dims.at(-1)];
    if (rank < 2 || b.dims.length !== rank || String(asIntegers(shape, name)) !== String(wanted))
      throw new ShapeError(
        `${name}: denseShape ${show(asIntegers(shape, name))}, and the product is of ${show(wanted)}.`,
      );
    const part = (from: number, to: number): Tensor =>
      p.slice(
        places,
        places.dims.map((_, i) => (i === places.dims.length - 1 ? from : 0)),
        places.dims.map((n, i) => (i === places.dims.length - 1 ? to : n)),
      ) as Tensor;
    const width = places.dims.at(-1)!;
    const rowPlaces = part(0, width - 1);
    const columnPlaces = p.concatenate([part(0, width - 2), part(width - 1, width)], places.dims.length - 1) as Tensor;
    const turned = p.transpose(b, [...b.dims.map((_, i) => i).slice(0, -2), rank - 1, rank - 2]) as Tensor;
    const rows = gatherNd(a, rowPlaces, rank - 2);
    const columns = gatherNd(turned, columnPlaces, rank - 2);
    const product = p.reduceSum(p.mul(rows, columns), [rows.dims.length - 1]);
    const scaled = (x: typeof product, factor: TensorLike) =>
      p.mul(x, p.broadcastTo(convertToTensor(factor, outputType, name), x.dims));
    return [places, p.add(scaled(product, alpha), scaled(added, beta)) as Tensor, shape];
  },
);
