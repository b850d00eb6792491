// Matrix products: tf.matmul, tf.tensordot, dot products over axes.
// Owns: batching, transposed operands, broadcasting of batch axes. einsum stands in its own file.
import { asDType, type DType } from '../../base/dtype.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { broadcastShapes, showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair } from '../core/convert.ts';
import { op } from '../core/define.ts';
import { signature } from '../core/signature.ts';

/**
 * a · b over the last two axes; the axes before them broadcast. `outputType`: in which the products are summed, int32 for int8.
 * That a matrix holds many zeros (aIsSparse) is a hint, as gradA is one for quantized gradients: it is multiplied all the same.
 */
export const matmul = signature(
  'matmul',
  [
    'a',
    'b',
    'transposeA',
    'transposeB',
    'adjointA',
    'adjointB',
    'aIsSparse',
    'bIsSparse',
    'outputType',
    'gradA',
    'gradB',
  ],
  (
    a: TensorLike,
    b: TensorLike,
    transposeA: boolean = false,
    transposeB: boolean = false,
    adjointA: boolean = false,
    adjointB: boolean = false,
    _aIsSparse: boolean = false,
    _bIsSparse: boolean = false,
    outputType?: DType,
    _gradA: boolean = false,
    _gradB: boolean = false,
  ): Tensor => {
    let [x, y] = convertPair(a, b, 'matmul') as [Value, Value];
    if (x.dims.length < 2 || y.dims.length < 2) {
      throw new ShapeError(
        `matmul: found shapes ${showShape(x.dims)} and ${showShape(y.dims)}; wanted at least two axes each. Use expandDims, or tf.tensordot(a, b, 1) for vectors.`,
      );
    }
    if ((transposeA && adjointA) || (transposeB && adjointB))
      throw new ValueError('matmul: an operand is transposed and adjoint; wanted one of the two.');
    if (outputType) [x, y] = [p.convert(x, asDType(outputType)), p.convert(y, asDType(outputType))];
    if (adjointA) x = p.conj(x);
    if (adjointB) y = p.conj(y);
    const [ta, tb] = [transposeA || adjointA, transposeB || adjointB];
    const [m, ka] = ta ? [x.dims.at(-1)!, x.dims.at(-2)!] : [x.dims.at(-2)!, x.dims.at(-1)!];
    const [kb, n] = tb ? [y.dims.at(-1)!, y.dims.at(-2)!] : [y.dims.at(-2)!, y.dims.at(-1)!];
    if (ka !== kb) {
      throw new ShapeError(
        `matmul: inner dimensions differ: ${showShape(x.dims)}${ta ? ' transposed' : ''} has ${ka}, ${showShape(y.dims)}${tb ? ' transposed' : ''} has ${kb}; they must be equal.`,
      );
    }
    const [outerA, outerB] = [x.dims.slice(0, -2), y.dims.slice(0, -2)];
    const contractA = (rank: number): number => (ta ? rank - 2 : rank - 1);
    const contractB = (rank: number): number => (tb ? rank - 1 : rank - 2);
    // A single matrix on the right: all rows of the left at once.
    if (outerB.length === 0 && !ta)
      return p.dotGeneral(x, y, {
        lhsBatch: [],
        rhsBatch: [],
        lhsContract: [x.dims.length - 1],
        rhsContract: [contractB(2)],
      }) as Tensor;
    const outer = broadcastShapes(outerA, outerB, 'matmul');
    x = p.broadcastTo(x, [...outer, ...x.dims.slice(-2)]);
    y = p.broadcastTo(y, [...outer, ...y.dims.slice(-2)]);
    const batch = outer.map((_, i) => i);
    const rank = outer.length + 2;
    return p.reshape(
      p.dotGeneral(x, y, {
        lhsBatch: batch,
        rhsBatch: batch,
        lhsContract: [contractA(rank)],
        rhsContract: [contractB(rank)],
      }),
      [...outer, m, n],
    ) as Tensor;
  },
);

/** Sum of products over the last `axes` axes of a and the first of b, or over the axes listed for each. */
export const tensordot = op(
  'tensordot',
  (
    a: TensorLike,
    b: TensorLike,
    axes:
      | number
      | readonly (number | readonly number[])[]
      | Options<{ axes: number | readonly (number | readonly number[])[] }>,
  ): Tensor => {
    const [x, y] = convertPair(a, b, 'tensordot');
    const given =
      typeof axes === 'object' && !Array.isArray(axes)
        ? (axes as { axes: number }).axes
        : (axes as number | readonly (number | readonly number[])[]);
    if (typeof given === 'number' && (given < 0 || given > Math.min(x.dims.length, y.dims.length)))
      throw new ValueError(
        `tensordot: ${given} axes of ${showShape(x.dims)} and ${showShape(y.dims)}; wanted 0 or more, at most their ranks.`,
      );
    const list = (value: number | readonly number[], rank: number): number[] =>
      (typeof value === 'number' ? [value] : [...value]).map((axis) => (axis < 0 ? axis + rank : axis));
    const [left, right] =
      typeof given === 'number'
        ? [
            Array.from({ length: given }, (_, i) => x.dims.length - given + i),
            Array.from({ length: given }, (_, i) => i),
          ]
        : [list(given[0]!, x.dims.length), list(given[1]!, y.dims.length)];
    if (left.length !== right.length || left.some((axis, i) => x.dims[axis] !== y.dims[right[i]!])) {
      throw new ShapeError(
        `tensordot: axes (${left.join(', ')}) of ${showShape(x.dims)} and (${right.join(', ')}) of ${showShape(y.dims)} have different lengths.`,
      );
    }
    return p.dotGeneral(x, y, { lhsBatch: [], rhsBatch: [], lhsContract: left, rhsContract: right }) as Tensor;
  },
  ['a', 'b', 'axes'],
);
