// What ops outside of tf.sparse do with sparse tensors: those that leave zeros zero work on the values.
// Owns: the one table from names of ops to rules, which SparseTensor.dispatch looks into.
import { DTypeError } from '../../base/errors.ts';
import { broadcastShapes, sameShape, showShape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import type { OpCall } from '../core/define.ts';
import { gatherNd } from '../core/gather-nd.ts';
import { SparseTensor } from './sparse-tensor.ts';

type Rule = (call: OpCall) => unknown;

const onValues: Rule = ({ plain, args: [x, ...rest] }) =>
  (x as SparseTensor).withValues(plain((x as SparseTensor).values, ...rest) as Tensor);

/** Python's `sparse * dense` and `sparse / dense`: the elements of the dense tensor where the sparse one has some. */
const withDense: Rule = ({ name, plain, args: [a, b] }) => {
  const left = a instanceof SparseTensor;
  const sparse = (left ? a : b) as SparseTensor;
  const other = left ? b : a;
  if (other instanceof SparseTensor || (!left && name === 'divide'))
    throw new DTypeError(
      `${name}: wanted one sparse tensor, ${name === 'divide' ? 'divided by' : 'with'} a dense one.`,
    );
  const dense = convertToTensor(other as TensorLike, undefined, name);
  const dims = broadcastShapes(sparse.shape, dense.dims, name);
  if (!sameShape(dims, sparse.shape))
    throw new DTypeError(
      `${name}: shapes ${showShape(sparse.shape)} and ${showShape(dense.dims)}; only the dense one broadcasts.`,
    );
  const elements = dense.dims.length === 0 ? dense : gatherNd(p.broadcastTo(dense, dims) as Tensor, sparse.indices);
  return sparse.withValues((left ? plain(sparse.values, elements) : plain(elements, sparse.values)) as Tensor);
};

const onShape: Rule = ({ plain, args: [x, ...rest] }) =>
  plain(p.full(0, { dims: (x as SparseTensor).shape, dtype: 'bool' }), ...rest);

export const sparseRules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...'abs cast erf identity negative sign sqrt square stopGradient tanh'
    .split(' ')
    .map((name): [string, Rule] => [name, onValues]),
  ['multiply', withDense],
  ['divide', withDense],
  ['shape', onShape],
  ['size', onShape],
  ['rank', onShape],
]);
