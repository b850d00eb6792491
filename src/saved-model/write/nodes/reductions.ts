// Reductions, running sums and sorting in TensorFlow.
// Owns: their ops; booleans reduce by All and Any, ascending order is the descending order of negatives.
import { ValueError } from '../../../base/errors.ts';
import { type GraphValue, type Node, paramsOf } from '../../../graph/graph.ts';
import { type GraphTranslation, type NodeTable, T } from '../graph-translation.ts';
import { attribute, type Reference } from '../graph-writer.ts';
import { same } from './elementwise.ts';

const REDUCE: Readonly<Record<string, string>> = {
  reduceSum: 'Sum',
  reduceProd: 'Prod',
  reduceMax: 'Max',
  reduceMin: 'Min',
};

function reduce(w: GraphTranslation, node: Node): Reference {
  const [x] = node.inputs as [GraphValue];
  const name = node.primitive!.name;
  const axes = w.writer.integers(node.params.axes as readonly number[]);
  const settings = { Tidx: attribute.type('int32'), keep_dims: attribute.bool(false) };
  if (x.dtype === 'bool')
    return w.writer.one(name === 'reduceMax' || name === 'reduceSum' ? 'Any' : 'All', [w.of(x), axes], settings);
  return w.writer.one(REDUCE[name]!, [w.of(x), axes], { ...T(x.dtype), ...settings });
}

function sort(w: GraphTranslation, node: Node): Reference[] {
  const [x] = node.inputs as [GraphValue];
  const descending = node.params.descending === true;
  const from = descending ? w.of(x) : w.writer.one('Neg', [w.of(x)], T(x.dtype));
  const top = w.writer.add('TopKV2', [from, w.writer.size(w.dims(x).at(-1)!)], {
    ...T(x.dtype),
    sorted: attribute.bool(true),
  });
  const values = top.output(0, 'values');
  return [descending ? values : w.writer.one('Neg', [values], T(x.dtype)), top.output(0, 'indices')];
}

function cumulative(w: GraphTranslation, node: Node): Reference {
  const [x] = node.inputs as [GraphValue];
  const { combine, reverse } = paramsOf<{ readonly combine: string; readonly reverse: boolean }>(node);
  if (combine !== 'sum' && combine !== 'prod')
    throw new ValueError(`export: layer '${node.scope}': running extremes cannot be written to a SavedModel.`);
  return w.writer.one(combine === 'sum' ? 'Cumsum' : 'Cumprod', [w.of(x), w.writer.integer(x.dims.length - 1)], {
    ...T(x.dtype),
    Tidx: attribute.type('int32'),
    exclusive: attribute.bool(false),
    reverse: attribute.bool(reverse),
  });
}

export const reductions: NodeTable = {
  ...same(Object.keys(REDUCE), reduce),
  sort,
  cumulative,
};
