// dot_general: sums of products over contracted axes, with batch axes: every matrix product and einsum.
// Owns: its shape rule, reference, description as a reduction, gradient. Tuned kernels belong to the backends.
import { type DType, dtypes, isBig, isComplex, roundInPlace } from '../../base/dtype.ts';
import { ShapeError } from '../../base/errors.ts';
import { type Dims, showShape, sizeOf, stridesOf } from '../../base/shape.ts';
import * as ir from '../../compiler/loop-ir.ts';
import type { ContractPrimitive, Params } from '../../graph/primitive.ts';
import type { Spec, Value } from '../../graph/value.ts';
import { conj, type DotDimensions, dotGeneral as dot, transpose } from '../functions.ts';

type P = Params & DotDimensions;
const freeAxes = (rank: number, ...used: (readonly number[])[]): number[] =>
  Array.from({ length: rank }, (_, i) => i).filter((i) => !used.some((list) => list.includes(i)));

/** The axes of both operands that are neither batch nor contracted. */
export function dotFree(a: Spec, b: Spec, p: DotDimensions): { readonly lhs: number[]; readonly rhs: number[] } {
  return {
    lhs: freeAxes(a.dims.length, p.lhsBatch, p.lhsContract),
    rhs: freeAxes(b.dims.length, p.rhsBatch, p.rhsContract),
  };
}

/** Positions of all indices over some axes. */
function offsets(dims: Dims, axes: readonly number[]): Int32Array {
  const strides = stridesOf(dims);
  const sizes = axes.map((axis) => dims[axis]!);
  const own = stridesOf(sizes);
  const result = new Int32Array(sizeOf(sizes));
  for (let i = 0; i < result.length; i++) {
    let position = 0;
    for (let k = 0; k < sizes.length; k++) position += (Math.floor(i / own[k]!) % sizes[k]!) * strides[axes[k]!]!;
    result[i] = position;
  }
  return result;
}

/**
 * The gradient by one operand: g contracted with the other over the other's free axes, then its axes put in place.
 * `g` has the axes batch, own free (or other's), other's free (or own).
 */
function operandGradient(g: Value, own: Value, other: Value, p: DotDimensions, ownIsLhs: boolean): Value {
  const [ownBatch, otherBatch] = ownIsLhs ? [p.lhsBatch, p.rhsBatch] : [p.rhsBatch, p.lhsBatch];
  const [ownContract, otherContract] = ownIsLhs ? [p.lhsContract, p.rhsContract] : [p.rhsContract, p.lhsContract];
  const ownFree = freeAxes(own.dims.length, ownBatch, ownContract);
  const otherFree = freeAxes(other.dims.length, otherBatch, otherContract);
  const batch = ownBatch.map((_, i) => i);
  const start = batch.length + (ownIsLhs ? ownFree.length : 0);
  const gContract = otherFree.map((_, i) => start + i);
  const conjugate = conj(other);
  // (batch, own free, own contracted in the order of the other's axes) or, for the right side, (batch, contracted, own free):
  // the order of operands is the one that needs no transposed copy in the usual layouts.
  const contractSorted = otherContract
    .map((axis, i) => ({ axis, own: ownContract[i]! }))
    .sort((x, y) => x.axis - y.axis);
  const [result, axes] = ownIsLhs
    ? [
        dot(g, conjugate, { lhsBatch: batch, rhsBatch: otherBatch, lhsContract: gContract, rhsContract: otherFree }),
        [...ownBatch, ...ownFree, ...contractSorted.map((c) => c.own)],
      ]
    : [
        dot(conjugate, g, { lhsBatch: otherBatch, rhsBatch: batch, lhsContract: otherFree, rhsContract: gContract }),
        [...ownBatch, ...contractSorted.map((c) => c.own), ...ownFree],
      ];
  const permutation: number[] = [];
  axes.forEach((axis, i) => {
    permutation[axis] = i;
  });
  return transpose(result, permutation);
}

export const dotGeneral: ContractPrimitive<P> = {
  name: 'dotGeneral',
  kind: 'contract',
  combine: 'add',
  initial: (dtype) => (isBig(dtype) ? 0n : 0),
  infer: ([a, b], p) => {
    const fits =
      a!.dtype === b!.dtype &&
      p.lhsBatch.every((axis, i) => a!.dims[axis] === b!.dims[p.rhsBatch[i]!]) &&
      p.lhsContract.every((axis, i) => a!.dims[axis] === b!.dims[p.rhsContract[i]!]);
    if (!fits) {
      throw new ShapeError(
        `matmul: ${a!.dtype} ${showShape(a!.dims)} and ${b!.dtype} ${showShape(b!.dims)} do not fit: axes (${p.lhsContract.join(', ')}) of the first are contracted with (${p.rhsContract.join(', ')}) of the second, and batch axes (${p.lhsBatch.join(', ')}) with (${p.rhsBatch.join(', ')}); their sizes must be equal.`,
      );
    }
    const free = dotFree(a!, b!, p);
    return [
      {
        dims: [
          ...p.lhsBatch.map((axis) => a!.dims[axis]!),
          ...free.lhs.map((axis) => a!.dims[axis]!),
          ...free.rhs.map((axis) => b!.dims[axis]!),
        ],
        dtype: a!.dtype,
      },
    ];
  },
  loops: ([a], p) => p.lhsContract.map((axis) => a!.dims[axis]!),
  value: (context, p, at, inner) => {
    const [a, b] = context.inputs as [Spec, Spec];
    const free = dotFree(a, b, p);
    const [l, r]: [ir.Expr[], ir.Expr[]] = [[], []];
    p.lhsBatch.forEach((axis, i) => {
      l[axis] = at.axes[i]!;
      r[p.rhsBatch[i]!] = at.axes[i]!;
    });
    free.lhs.forEach((axis, i) => {
      l[axis] = at.axes[p.lhsBatch.length + i]!;
    });
    free.rhs.forEach((axis, i) => {
      r[axis] = at.axes[p.lhsBatch.length + free.lhs.length + i]!;
    });
    p.lhsContract.forEach((axis, i) => {
      l[axis] = inner[i]!;
      r[p.rhsContract[i]!] = inner[i]!;
    });
    return ir.binary('mul', context.load(0, l), context.load(1, r));
  },
  evaluate: ([a, b], p, [out]) => {
    const free = dotFree(a!, b!, p);
    const [la, lb] = [offsets(a!.dims, p.lhsBatch), offsets(b!.dims, p.rhsBatch)];
    const [rows, columns] = [offsets(a!.dims, free.lhs), offsets(b!.dims, free.rhs)];
    const [ka, kb] = [offsets(a!.dims, p.lhsContract), offsets(b!.dims, p.rhsContract)];
    const dtype = a!.dtype;
    let index = 0;
    for (let batch = 0; batch < la.length; batch++) {
      for (let i = 0; i < rows.length; i++) {
        for (let j = 0; j < columns.length; j++, index++) {
          const [pa, pb] = [la[batch]! + rows[i]!, lb[batch]! + columns[j]!];
          if (isBig(dtype)) {
            let sum = 0n;
            for (let k = 0; k < ka.length; k++)
              sum += (a!.data as BigInt64Array)[pa + ka[k]!]! * (b!.data as BigInt64Array)[pb + kb[k]!]!;
            out!.data[index] = sum;
          } else if (isComplex(dtype)) {
            const [x, y] = [a!.data as Float32Array, b!.data as Float32Array];
            let [real, imaginary] = [0, 0];
            for (let k = 0; k < ka.length; k++) {
              const [s, t] = [2 * (pa + ka[k]!), 2 * (pb + kb[k]!)];
              real += x[s]! * y[t]! - x[s + 1]! * y[t + 1]!;
              imaginary += x[s]! * y[t + 1]! + x[s + 1]! * y[t]!;
            }
            out!.data[2 * index] = real;
            out!.data[2 * index + 1] = imaginary;
          } else {
            const [x, y] = [a!.data as Float64Array, b!.data as Float64Array];
            let sum = 0;
            if (dtypes[dtype].kind === 'float')
              for (let k = 0; k < ka.length; k++) sum += x[pa + ka[k]!]! * y[pb + kb[k]!]!;
            else for (let k = 0; k < ka.length; k++) sum = (sum + Math.imul(x[pa + ka[k]!]!, y[pb + kb[k]!]!)) | 0;
            out!.data[index] = sum;
          }
        }
      }
    }
    roundInPlace(dtype, out!.data);
  },
  vjp: ({ inputs: [a, b], params, cotangents: [g], needs }) => [
    needs[0] ? operandGradient(g!, a!, b!, params, true) : null,
    needs[1] ? operandGradient(g!, b!, a!, params, false) : null,
  ],
  samples: () => {
    const plain = { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] };
    return (['float32', 'float64', 'int32', 'int64', 'float16', 'complex64'] as const).flatMap((dtype: DType) => [
      {
        inputs: [
          { dims: [3, 4], dtype },
          { dims: [4, 5], dtype },
        ],
        params: plain,
      },
      {
        inputs: [
          { dims: [4, 3], dtype },
          { dims: [5, 4], dtype },
        ],
        params: { ...plain, lhsContract: [0], rhsContract: [1] },
      },
      {
        inputs: [
          { dims: [2, 3, 4], dtype },
          { dims: [2, 4, 1], dtype },
        ],
        params: { lhsBatch: [0], rhsBatch: [0], lhsContract: [2], rhsContract: [1] },
      },
      {
        inputs: [
          { dims: [2, 3, 4], dtype },
          { dims: [4, 3], dtype },
        ],
        params: { lhsBatch: [], rhsBatch: [], lhsContract: [1, 2], rhsContract: [1, 0] },
      },
      {
        inputs: [
          { dims: [5], dtype },
          { dims: [5], dtype },
        ],
        params: { lhsBatch: [], rhsBatch: [], lhsContract: [0], rhsContract: [0] },
      },
    ]);
  },
};
