// Pooling in TensorFlow.
// Owns: padding beforehand, sums as means times the window's size.
import { dtypes } from '../../../base/dtype.ts';
import { ValueError } from '../../../base/errors.ts';
import { type GraphValue, type Node, paramsOf } from '../../../graph/graph.ts';
import type { WindowParams } from '../../../primitives/functions.ts';
import { type GraphTranslation, isFloat, type NodeTable, T } from '../graph-translation.ts';
import { attribute, type Reference } from '../graph-writer.ts';
import { constantPolynomial, sum } from '../sizes.ts';
import { around } from './contractions.ts';
import { isZero, pairs } from './movement.ts';

function windowed(w: GraphTranslation, node: Node): Reference {
  const [x] = node.inputs as [GraphValue];
  const max = node.primitive!.name === 'windowMax';
  const { window, strides, dilation } = paramsOf<WindowParams>(node);
  const rank = window.length - 2;
  const where = `export: layer '${node.scope}'`;
  if (window[0] !== 1 || window.at(-1) !== 1 || strides[0] !== 1 || rank < 1 || rank > 3)
    throw new ValueError(`${where} pools over axes that TensorFlow does not pool over.`);
  if (dilation.some((n) => n !== 1))
    throw new ValueError(`${where} pools with dilation, which cannot be written to a SavedModel.`);
  const [low, high] = [w.family.list(node, 'low'), w.family.list(node, 'high')];
  const dims = w.dims(x);
  const lowest = max ? (isFloat(x.dtype) ? Number.NEGATIVE_INFINITY : dtypes[x.dtype].min) : 0;
  let from = w.of(x);
  if (!isZero([...low, ...high]))
    from = w.writer.one('PadV2', [from, pairs(w, low, high), w.writer.scalar(lowest, x.dtype)], {
      ...T(x.dtype),
      Tpaddings: attribute.type('int32'),
    });
  const spatial = dims.map((size, i) => sum(sum(size, low[i]!), high[i]!));
  const one = rank === 1;
  if (one) from = w.reshape(from, [spatial[0]!, constantPolynomial(1), ...spatial.slice(1)], x.dtype);
  const op = `${max ? 'Max' : 'Avg'}Pool${rank === 3 ? '3D' : ''}`;
  let y = w.writer.one(op, [from], {
    ...T(x.dtype),
    ksize: attribute.ints(around(window.slice(1, -1), one)),
    strides: attribute.ints(around(strides.slice(1, -1), one)),
    padding: attribute.text('VALID'),
    data_format: attribute.text(rank === 3 ? 'NDHWC' : 'NHWC'),
  });
  const count = window.reduce((a, b) => a * b, 1);
  if (!max) y = w.writer.one('Mul', [y, w.writer.scalar(count, x.dtype)], T(x.dtype));
  return one ? w.reshape(y, w.dims(node.outputs[0]!), x.dtype) : y;
}

export const windows: NodeTable = {
  windowSum: windowed,
  windowMax: windowed,
};
