// Traced graphs as TensorFlow's GraphDef, for TensorBoard's page of graphs.
// Owns: names of nodes by layers, shapes and dtypes as attributes. The result is to be looked at, not to be run.

import type { MessageInput } from '../../formats/protobuf/message.ts';
import { type AttrValue, GraphDef } from '../../formats/tensorflow/graph-proto.ts';
import { DATA_TYPES, shapeToProto } from '../../formats/tensorflow/tensor-proto.ts';
import type { GraphValue } from '../../graph/graph.ts';
import type { NamedGraph } from '../../runtime/function.ts';

/** The bytes of a GraphDef. */
export function graphDefOf({ graph, variables }: NamedGraph): Uint8Array {
  const names = new Map<number, string>();
  const nameOf = (value: GraphValue): string => {
    const name = names.get(value.node.id)!;
    return value.index === 0 ? name : `${name}:${value.index}`;
  };
  const taken = new Map<string, number>();
  const unique = (name: string): string => {
    const count = taken.get(name) ?? 0;
    taken.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
  const node = graph.nodes.map((one) => {
    const [output] = one.outputs;
    const variable = output && variables.get(output);
    const kind = one.kind === 'apply' ? one.primitive!.name : one.kind === 'constant' ? 'Const' : 'Placeholder';
    const plain = variable ?? (one.scope ? `${one.scope}/${kind}` : kind);
    const name = unique(plain.replace(/[^\w./\\>-]/g, '_').replace(/^[^A-Za-z0-9.]/, 'n$&'));
    names.set(one.id, name);
    const attr = new Map<string, MessageInput<AttrValue>>();
    if (output) {
      attr.set('dtype', { type: DATA_TYPES[output.dtype] });
      attr.set('_output_shapes', { list: { shape: [shapeToProto(output.dims)] } });
    }
    return { name, op: variable ? 'VarHandleOp' : kind, input: one.inputs.map(nameOf), device: '', attr };
  });
  return GraphDef.encode({ node, versions: { producer: 1 } });
}
