// Objects as TensorFlow keeps them: nodes with named children, some of them variables. What checkpoints and SavedModels write.
// Owns: the nodes, the keys of variables (the shortest way from the root), and the tensors of a checkpoint.
import { type ArrayData, arrayData } from '../formats/array-data.ts';
import type { MessageInput } from '../formats/protobuf/message.ts';
import { OBJECT_GRAPH_KEY, writeTensorBundle } from '../formats/tensor-bundle/tensor-bundle.ts';
import { type TrackableObject, TrackableObjectGraph } from '../formats/tensorflow/object-graph-proto.ts';
import type { VariableTensor } from '../runtime/variable.ts';

export interface GraphObject {
  readonly children: Map<string, number>;
  readonly variable: VariableTensor | null;
}

export class ObjectGraph {
  readonly nodes: GraphObject[] = [];
  readonly #variables = new Map<VariableTensor, number>();

  /** A new object; a variable has one node however often it is named. */
  add(variable: VariableTensor | null = null): number {
    const known = variable ? this.#variables.get(variable) : undefined;
    if (known !== undefined) return known;
    const id = this.nodes.push({ children: new Map(), variable }) - 1;
    if (variable) this.#variables.set(variable, id);
    return id;
  }
  /** Names a child; gives its number. */
  link(parent: number, name: string, child: number): number {
    this.nodes[parent]!.children.set(name, child);
    return child;
  }
  /** The child of that name, made where there is none. */
  child(parent: number, name: string): number {
    return this.nodes[parent]!.children.get(name) ?? this.link(parent, name, this.add());
  }
  nodeOf(variable: VariableTensor): number | undefined {
    return this.#variables.get(variable);
  }

  /** The key of each variable that can be reached: names on the shortest way to it. */
  keys(): Map<number, string> {
    const paths = new Map<number, string>([[0, '']]);
    const queue = [0];
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      for (const [name, child] of this.nodes[at]!.children) {
        if (paths.has(child)) continue;
        const escaped = name.replaceAll('.', '..').replaceAll('/', '.S');
        paths.set(child, paths.get(at) === '' ? escaped : `${paths.get(at)!}/${escaped}`);
        queue.push(child);
      }
    }
    return new Map(
      [...paths].flatMap(([id, path]) =>
        this.nodes[id]!.variable ? [[id, `${path}/.ATTRIBUTES/VARIABLE_VALUE`] as const] : [],
      ),
    );
  }

  /** The two files of a checkpoint. */
  checkpoint(): { readonly index: Uint8Array; readonly data: Uint8Array } {
    const keys = this.keys();
    const tensors = new Map<string, ArrayData>();
    const nodes = this.nodes.map(({ children, variable }, id): MessageInput<TrackableObject> => {
      const key = keys.get(id);
      if (variable && key !== undefined) {
        const { elements, dims, dtype } = variable.snapshot();
        tensors.set(key, arrayData(dtype, dims, elements!));
      }
      return {
        children: [...children].map(([localName, nodeId]) => ({ localName, nodeId })),
        attributes: key === undefined ? [] : [{ name: 'VARIABLE_VALUE', fullName: variable!.path, checkpointKey: key }],
        hasCheckpointValues: { value: key !== undefined },
      };
    });
    const proto = TrackableObjectGraph.encode({ nodes });
    tensors.set(OBJECT_GRAPH_KEY, { dtype: 'string', shape: [], data: [proto] });
    return writeTensorBundle(tensors);
  }
}
