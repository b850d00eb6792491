// Matrix products and convolutions in TensorFlow.
// Owns: padding beforehand, so that TensorFlow's own is VALID; sequences as images of one row.
import type { DType } from '../../../base/dtype.ts';
import { ValueError } from '../../../base/errors.ts';
import { type GraphValue, type Node, paramsOf } from '../../../graph/graph.ts';
import type { ConvolutionParams, DotDimensions } from '../../../primitives/functions.ts';
import { type GraphTranslation, isFloat, type NodeTable, T } from '../graph-translation.ts';
import { attribute, type Reference } from '../graph-writer.ts';
import { constantPolynomial, type Polynomial, sum } from '../sizes.ts';
import { concatenated, isZero, pairs, stridedSlice } from './movement.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
function dotGeneral(w: GraphTranslation, node: Node): Reference {
  const [a, b] = node.inputs as [GraphValue, GraphValue];
  const p = paramsOf<DotDimensions>(node);
  const plain = a.dims.length === 2 && b.dims.length === 2 && p.lhsBatch.length === 0 && p.lhsContract.length === 1;
  if (plain && isFloat(a.dtype))
    return w.writer.one('MatMul', [w.of(a), w.of(b)], {
      ...T(a.dtype),
      transpose_a: attribute.bool(p.lhsContract[0] === 0),
      transpose_b: attribute.bool(p.rhsContract[0] === 1),
    });
  let next = 0;
  const left: string[] = a.dims.map(() => LETTERS[next++]!);
  const right: string[] = b.dims.map((_, axis) => {
    const batch = p.rhsBatch.indexOf(axis);
    if (batch >= 0) return left[p.lhsBatch[batch]!]!;
    const contracted = p.rhsContract.indexOf(axis);
    return contracted >= 0 ? left[p.lhsContract[contracted]!]! : LETTERS[next++]!;
  });
  const free = (letters: readonly string[], ...used: (readonly number[])[]): string =>
    letters.filter((_, axis) => !used.some((list) => list.includes(axis))).join('');
  const out =
    p.lhsBatch.map((axis) => left[axis]).join('') +
    free(left, p.lhsBatch, p.lhsContract) +
    free(right, p.rhsBatch, p.rhsContract);
  return w.writer.one('Einsum', [w.of(a), w.of(b)], {
    ...T(a.dtype),
    N: attribute.int(2),
    equation: attribute.text(`${left.join('')},${right.join('')}->${out}`),
  });
}

/** Input and filter with two or three spatial axes, padded, so that TensorFlow's own padding is 'VALID'. */
interface Convolved {
  readonly x: Reference;
  readonly spatial: readonly Polynomial[];
  readonly rank: number;
  readonly one: boolean;
}

/** Sizes of a window, with the batch and the channels. */
export const around = (list: readonly number[], one: boolean): number[] => [1, ...(one ? [1] : []), ...list, 1];

function paddedInput(w: GraphTranslation, node: Node, x: GraphValue): Convolved {
  const rank = x.dims.length - 2;
  const [low, high] = [w.family.list(node, 'low'), w.family.list(node, 'high')];
  const zero = constantPolynomial(0);
  let from = w.of(x);
  if (!isZero([...low, ...high]))
    from = w.writer.one(
      'PadV2',
      [from, pairs(w, [zero, ...low, zero], [zero, ...high, zero]), w.writer.scalar(0, x.dtype)],
      { ...T(x.dtype), Tpaddings: attribute.type('int32') },
    );
  const dims = w.dims(x);
  const spatial = dims.slice(1, -1).map((size, i) => sum(sum(size, low[i]!), high[i]!));
  const one = rank === 1;
  if (one) from = w.reshape(from, [dims[0]!, constantPolynomial(1), ...spatial, dims.at(-1)!], x.dtype);
  return { x: from, spatial, rank, one };
}

function convolve(
  w: GraphTranslation,
  x: Reference,
  filter: Reference,
  dtype: DType,
  strides: readonly number[],
  dilation: readonly number[],
  one: boolean,
  depthwise: boolean,
): Reference {
  const rank = strides.length;
  const op = depthwise ? 'DepthwiseConv2dNative' : rank === 3 ? 'Conv3D' : 'Conv2D';
  // TensorFlow wants one stride of depthwise convolutions, so that others are taken from the result.
  return w.writer.one(op, [x, filter], {
    ...T(dtype),
    strides: attribute.ints(around(strides, one)),
    dilations: attribute.ints(around(dilation, one)),
    padding: attribute.text('VALID'),
    data_format: attribute.text(rank === 3 ? 'NDHWC' : 'NHWC'),
  });
}

function convolution(w: GraphTranslation, node: Node): Reference {
  const [x, filter] = node.inputs as [GraphValue, GraphValue];
  const { strides, dilation, groups } = paramsOf<ConvolutionParams>(node);
  const { x: input, rank, one } = paddedInput(w, node, x);
  if (rank > 3)
    throw new ValueError(
      `export: layer '${node.scope}' convolves over ${rank} axes; TensorFlow does over three at most.`,
    );
  const channels = x.dims.at(-1)!;
  const outputs = filter.dims.at(-1)!;
  const window = filter.dims.slice(0, rank).map(constantPolynomial);
  const lead = one ? [constantPolynomial(1), ...window] : window;
  const known = (n: number): Polynomial => constantPolynomial(n);
  let y: Reference;
  const equal = strides.every((stride) => stride === strides[0]);
  if (groups === 1) {
    const weights = one ? w.reshape(w.of(filter), [...lead, known(channels), known(outputs)], x.dtype) : w.of(filter);
    y = convolve(w, input, weights, x.dtype, strides, dilation, one, false);
  } else if (groups === channels && rank <= 2 && (one || equal)) {
    const weights = w.reshape(w.of(filter), [...lead, known(channels), known(outputs / channels)], x.dtype);
    const step = one ? [strides[0]!, strides[0]!] : strides;
    // The axis that a sequence lacks has one row only, whatever the stride.
    y = w.writer.one('DepthwiseConv2dNative', [input, weights], {
      ...T(x.dtype),
      strides: attribute.ints([1, ...step, 1]),
      dilations: attribute.ints([1, ...(one ? [1] : []), ...dilation, 1]),
      padding: attribute.text('VALID'),
      data_format: attribute.text('NHWC'),
    });
  } else {
    const weights = one
      ? w.reshape(w.of(filter), [...lead, known(channels / groups), known(outputs)], x.dtype)
      : w.of(filter);
    const split = (from: Reference, axis: number): Reference[] => {
      const parts = w.writer.add('Split', [w.writer.integer(axis), from], {
        ...T(x.dtype),
        num_split: attribute.int(groups),
      });
      return Array.from({ length: groups }, (_, i) => parts.output(i));
    };
    const axis = rank + (one ? 2 : 1);
    const [inputs, filters] = [split(input, axis), split(weights, axis)];
    const parts = inputs.map((part, i) => convolve(w, part, filters[i]!, x.dtype, strides, dilation, one, false));
    y = concatenated(w, parts, axis, x.dtype);
  }
  return one ? w.reshape(y, w.dims(node.outputs[0]!), x.dtype) : y;
}

function convolutionInputGradient(w: GraphTranslation, node: Node): Reference {
  const [dy, filter] = node.inputs as [GraphValue, GraphValue];
  const { strides, dilation, groups } = paramsOf<ConvolutionParams>(node);
  const rank = strides.length;
  if (groups !== 1 || rank > 3)
    throw new ValueError(
      `export: layer '${node.scope}': grouped transposed convolutions cannot be written to a SavedModel.`,
    );
  const one = rank === 1;
  const [low, high] = [w.family.list(node, 'low'), w.family.list(node, 'high')];
  const spatial = w.family.list(node, 'spatial');
  const dims = w.dims(dy);
  const channels = constantPolynomial(filter.dims.at(-2)!);
  const lead = one ? [constantPolynomial(1)] : [];
  const wide = spatial.map((size, i) => sum(sum(size, low[i]!), high[i]!));
  const grad = one ? w.reshape(w.of(dy), [dims[0]!, ...lead, ...dims.slice(1)], dy.dtype) : w.of(dy);
  const weights = one
    ? w.reshape(w.of(filter), [...lead, ...filter.dims.map(constantPolynomial)], dy.dtype)
    : w.of(filter);
  const full = [dims[0]!, ...lead, ...wide, channels];
  let x = w.writer.one(
    rank === 3 ? 'Conv3DBackpropInputV2' : 'Conv2DBackpropInput',
    [w.writer.shape(full), weights, grad],
    {
      ...T(dy.dtype),
      strides: attribute.ints(around(strides, one)),
      dilations: attribute.ints(around(dilation, one)),
      padding: attribute.text('VALID'),
      data_format: attribute.text(rank === 3 ? 'NDHWC' : 'NHWC'),
      ...(rank === 3 ? { Tshape: attribute.type('int32') } : {}),
    },
  );
  if (!isZero([...low, ...high])) {
    const zero = constantPolynomial(0);
    const begin = [zero, ...lead.map(() => zero), ...low, zero];
    const end = full.map((size, axis) =>
      axis > lead.length && axis < full.length - 1 ? sum(size, high[axis - 1 - lead.length]!, -1) : size,
    );
    x = stridedSlice(w, x, dy.dtype, w.writer.shape(begin), w.writer.shape(end), w.writer.integers(full.map(() => 1)));
  }
  return one ? w.reshape(x, w.dims(node.outputs[0]!), dy.dtype) : x;
}

export const contractions: NodeTable = {
  dotGeneral,
  convolution,
  convolutionInputGradient,
};
