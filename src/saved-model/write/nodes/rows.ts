// Taking rows and adding to rows in TensorFlow.
// Owns: gather and the tensor scatters by whole rows.
import { ValueError } from '../../../base/errors.ts';
import type { GraphValue, Node } from '../../../graph/graph.ts';
import { type GraphTranslation, type NodeTable, T } from '../graph-translation.ts';
import { attribute, type Reference } from '../graph-writer.ts';
import { constantPolynomial } from '../sizes.ts';

const SCATTER: Readonly<Record<string, string>> = {
  add: 'TensorScatterAdd',
  update: 'TensorScatterUpdate',
  max: 'TensorScatterMax',
  min: 'TensorScatterMin',
};

function scatterRows(w: GraphTranslation, node: Node): Reference {
  const [x, indices, updates] = node.inputs as [GraphValue, GraphValue, GraphValue];
  const op = SCATTER[node.params.mode as string];
  if (!op)
    throw new ValueError(`export: layer '${node.scope}': scattering by products cannot be written to a SavedModel.`);
  const places = w.reshape(w.of(indices), [...w.dims(indices), constantPolynomial(1)], indices.dtype);
  return w.writer.one(op, [w.of(x), places, w.of(updates)], { ...T(x.dtype), Tindices: attribute.type(indices.dtype) });
}

export const rows: NodeTable = {
  takeRows: (w, { inputs: [x, indices] }) =>
    w.writer.one('GatherV2', [w.of(x!), w.of(indices!), w.writer.integer(0)], {
      Tparams: attribute.type(x!.dtype),
      Tindices: attribute.type(indices!.dtype),
      Taxis: attribute.type('int32'),
    }),
  scatterRows,
};
