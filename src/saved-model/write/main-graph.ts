// The main graph of a SavedModel, which serving programs run: variables, the calls of signatures, saving and restoring.
// Owns: its nodes. Leaves functions to endpoint.ts.
import type { DType } from '../../base/dtype.ts';
import type { MessageInput } from '../../formats/protobuf/message.ts';
import { OBJECT_GRAPH_KEY } from '../../formats/tensor-bundle/tensor-bundle.ts';
import type { NodeDef } from '../../formats/tensorflow/graph-proto.ts';
import type { SignatureDef, TensorInfo } from '../../formats/tensorflow/saved-model-proto.ts';
import { DATA_TYPES, shapeToProto, tensorToProto } from '../../formats/tensorflow/tensor-proto.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { callAttributes, type Signature, types, type Written } from './endpoint.ts';
import { attribute } from './graph-writer.ts';
import type { NodeSink } from './tables.ts';

/** Nodes of the main graph. */
export class MainGraph {
  readonly nodes: MessageInput<NodeDef>[] = [];
  add(name: string, op: string, input: readonly string[], attr: Readonly<Record<string, object>>): string {
    this.nodes.push({ name, op, input: [...input], attr: new Map(Object.entries(attr)) as never });
    return name;
  }
  /** Nodes under a scope, named by their ops. */
  sink(scope: string): NodeSink {
    let count = 0;
    const named = (op: string): string => `${scope}/${op}${count++ === 0 ? '' : `_${count}`}`;
    return {
      add: (op, inputs, attributes) => this.add(named(op), op, inputs, attributes as Record<string, object>),
      constant: (array) =>
        this.add(named('Const'), 'Const', [], {
          dtype: attribute.type(array.dtype),
          value: { tensor: tensorToProto(array) },
        }),
    };
  }
}

/** A variable: its object, and its key in the checkpoint. */
export interface SavedVariableNode {
  readonly id: number;
  readonly key: string;
  readonly variable: VariableTensor;
}

/** The variables' handles by object. */
export function writeVariables(main: MainGraph, variables: readonly SavedVariableNode[]): Map<number, string> {
  return new Map(
    variables.map(({ id, variable }) => [
      id,
      main.add(`variable_${id}`, 'VarHandleOp', [], {
        dtype: attribute.type(variable.dtype),
        shape: { shape: shapeToProto(variable.dims) },
        shared_name: attribute.text(`variable_${id}`),
        container: attribute.text(''),
      }),
    ]),
  );
}

/** A signature, as it is served. */
export interface Served {
  /** The signature's key, and its number. */
  readonly key: string;
  readonly at: number;
  readonly item: Written;
  readonly wrapper: Signature;
  /** The objects whose resources the function takes. */
  readonly bound: readonly number[];
}

/** The nodes that call a signature, and where its inputs and outputs are. */
export function writeServing(
  main: MainGraph,
  { key, at, item: served, wrapper, bound }: Served,
  handles: ReadonlyMap<number, string>,
): MessageInput<SignatureDef> {
  const info = (name: string, dtype: DType, shape: readonly (number | null)[] | null): MessageInput<TensorInfo> => ({
    name,
    dtype: DATA_TYPES[dtype],
    tensorShape: shapeToProto(shape),
  });
  const placeholders = wrapper.inputs.map((spec) =>
    main.add(`${key}_${spec.name}`.replace(/[^A-Za-z0-9_.]/g, '_'), 'Placeholder', [], {
      dtype: attribute.type(spec.dtype),
      shape: { shape: shapeToProto(spec.shape) },
    }),
  );
  const call = main.add(
    at === 0 ? 'StatefulPartitionedCall' : `StatefulPartitionedCall_${at}`,
    'StatefulPartitionedCall',
    [...placeholders, ...bound.map((id) => handles.get(id)!)],
    {
      ...callAttributes(served),
      f: attribute.f(wrapper.name),
      Tin: types(
        wrapper.inputs.map(({ dtype }) => dtype),
        served.traced.variables.length + served.tables.length,
      ),
      Tout: types(
        wrapper.outputs.map(([, i]) => served.places[i]!.dtype!),
        0,
      ),
    },
  );
  return {
    inputs: new Map(
      wrapper.inputs.map((spec, i) => [spec.name, info(`${placeholders[i]!}:0`, spec.dtype, spec.shape)]),
    ),
    outputs: new Map(
      wrapper.outputs.map(([name, i], n) => [
        name,
        info(`${call}:${n}`, served.places[i]!.dtype!, served.places[i]!.shape),
      ]),
    ),
    methodName: 'tensorflow/serving/predict',
  };
}

/** What programs in C++ restore variables with. */
export function writeSaver(
  main: MainGraph,
  variables: readonly SavedVariableNode[],
  handles: ReadonlyMap<number, string>,
): void {
  const strings = (name: string, values: readonly string[]): string =>
    main.add(name, 'Const', [], {
      dtype: attribute.type('string'),
      value: { tensor: tensorToProto({ dtype: 'string', shape: [values.length], data: [...values] }) },
    });
  // An op that saves saves something: without variables it is the graph of objects.
  const none = variables.length === 0;
  const file = main.add('saver_filename', 'Placeholder', [], {
    dtype: attribute.type('string'),
    shape: { shape: { dim: [] } },
  });
  const names = strings('save/names', none ? [OBJECT_GRAPH_KEY] : variables.map(({ key }) => key));
  const slices = strings('save/slices', none ? [''] : variables.map(() => ''));
  const dtypes = types(none ? ['string'] : variables.map(({ variable }) => variable.dtype), 0);
  const reads = none
    ? [strings('save/no_variables', [''])]
    : variables.map(({ id, variable }) =>
        main.add(`save/read_${id}`, 'ReadVariableOp', [handles.get(id)!], { dtype: attribute.type(variable.dtype) }),
      );
  const save = main.add('save/save', 'SaveV2', [file, names, slices, ...reads], { dtypes });
  main.add('save/identity', 'Identity', [file, `^${save}`], { T: attribute.type('string') });
  const restored = main.add('save/restore', 'RestoreV2', [file, names, slices], { dtypes });
  const assigned = variables.map(({ id, variable }, i) =>
    main.add(`save/assign_${id}`, 'AssignVariableOp', [handles.get(id)!, `${restored}:${i}`], {
      dtype: attribute.type(variable.dtype),
    }),
  );
  main.add(
    'save/restore_all',
    'NoOp',
    assigned.map((name) => `^${name}`),
    {},
  );
}
