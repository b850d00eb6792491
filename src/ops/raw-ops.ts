// tf.rawOps: the kernels' own names, whose arguments are all named.
// Owns: the table from those that programs use to the ops they are.

import { guarded } from '../base/misuse.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { TensorLike } from '../runtime/tensor-methods.ts';
import { reshape, transpose } from './core/arrange.ts';
import { convertToTensor } from './core/convert.ts';
import { searchsorted } from './core/sorting.ts';
import * as math from './math/elementwise.ts';
import { cast } from './math/elementwise.ts';
import { matmul } from './math/matmul.ts';
import { relu } from './nn/activations.ts';
import { softmax } from './nn/softmax.ts';

interface One {
  readonly x: TensorLike;
}
interface Two extends One {
  readonly y: TensorLike;
}
/** The number of boundaries at or below each element. */
export const Bucketize = guarded(
  'rawOps.Bucketize',
  ['options'],
  ({ input, boundaries }: { readonly input: TensorLike; readonly boundaries: readonly number[] }): Tensor => {
    const x = convertToTensor(input, undefined, 'rawOps.Bucketize');
    const edges = convertToTensor(Float32Array.from(boundaries));
    const flat = reshape(cast(x, 'float32'), [-1]);
    return reshape(searchsorted(edges, flat, 'right'), x.dims);
  },
);
export const Add = guarded('rawOps.Add', ['options'], ({ x, y }: Two): Tensor => math.add(x, y));
export const AddV2 = Add;
export const Sub = guarded('rawOps.Sub', ['options'], ({ x, y }: Two): Tensor => math.subtract(x, y));
export const Mul = guarded('rawOps.Mul', ['options'], ({ x, y }: Two): Tensor => math.multiply(x, y));
export const Div = guarded('rawOps.Div', ['options'], ({ x, y }: Two): Tensor => math.divide(x, y));
export const RealDiv = Div;
export const Maximum = guarded('rawOps.Maximum', ['options'], ({ x, y }: Two): Tensor => math.maximum(x, y));
export const Minimum = guarded('rawOps.Minimum', ['options'], ({ x, y }: Two): Tensor => math.minimum(x, y));
export const Pow = guarded('rawOps.Pow', ['options'], ({ x, y }: Two): Tensor => math.pow(x, y));
export const Exp = guarded('rawOps.Exp', ['options'], ({ x }: One): Tensor => math.exp(x));
export const Log = guarded('rawOps.Log', ['options'], ({ x }: One): Tensor => math.log(x));
export const Neg = guarded('rawOps.Neg', ['options'], ({ x }: One): Tensor => math.negative(x));
export const Sigmoid = guarded('rawOps.Sigmoid', ['options'], ({ x }: One): Tensor => math.sigmoid(x));
export const Sqrt = guarded('rawOps.Sqrt', ['options'], ({ x }: One): Tensor => math.sqrt(x));
export const Square = guarded('rawOps.Square', ['options'], ({ x }: One): Tensor => math.square(x));
export const Tanh = guarded('rawOps.Tanh', ['options'], ({ x }: One): Tensor => math.tanh(x));
export const Relu = guarded(
  'rawOps.Relu',
  ['options'],
  ({ features }: { readonly features: TensorLike }): Tensor => relu(features),
);
export const Softmax = guarded(
  'rawOps.Softmax',
  ['options'],
  ({ logits }: { readonly logits: TensorLike }): Tensor => softmax(logits),
);
export const MatMul = guarded(
  'rawOps.MatMul',
  ['options'],
  ({
    a,
    b,
    transposeA = false,
    transposeB = false,
  }: {
    readonly a: TensorLike;
    readonly b: TensorLike;
    readonly transposeA?: boolean;
    readonly transposeB?: boolean;
  }): Tensor => matmul(a, b, { transposeA, transposeB }),
);
export const Reshape = guarded(
  'rawOps.Reshape',
  ['options'],
  ({ tensor, shape }: { readonly tensor: TensorLike; readonly shape: TensorLike }): Tensor => reshape(tensor, shape),
);
export const Transpose = guarded(
  'rawOps.Transpose',
  ['options'],
  ({ x, perm }: { readonly x: TensorLike; readonly perm: TensorLike }): Tensor => transpose(x, perm),
);
