// Writes a SavedModel: functions, signatures, variables and the graph that serving programs run.
// Owns: the message saved_model.pb. Leaves nodes of functions to primitive-nodes.ts, the folder to write-folder.ts.
import type { DType } from '../../base/dtype.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import type { MessageInput } from '../../formats/protobuf/message.ts';
import { OBJECT_GRAPH_KEY } from '../../formats/tensor-bundle/tensor-bundle.ts';
import type { NodeDef } from '../../formats/tensorflow/graph-proto.ts';
import type {
  SavedConcreteFunction,
  SavedObject,
  StructuredValue,
} from '../../formats/tensorflow/object-graph-proto.ts';
import { SavedModel, type SignatureDef, type TensorInfo } from '../../formats/tensorflow/saved-model-proto.ts';
import { DATA_TYPES, shapeToProto, tensorToProto } from '../../formats/tensorflow/tensor-proto.ts';
import type { LookupMeaning } from '../../graph/host-meaning.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import type { ObjectGraph } from '../object-graph.ts';
import { sortedKeys, structuredValue, type Template, TensorPlace } from '../structure.ts';
import { GraphTranslation, Library } from './graph-translation.ts';
import { attribute, FunctionWriter } from './graph-writer.ts';
import { primitiveNodes } from './primitive-nodes.ts';
import { constantOf } from './sizes.ts';
import { addTable, type NodeSink, tableInGraph } from './tables.ts';
import { type InputSpec, type TracedSizes, traceWithSizes } from './trace-sizes.ts';

/** A function of the model to be written. */
export interface Endpoint {
  readonly name: string;
  /** Takes tensors in the order of `inputs`; gives tensors in lists and records. */
  readonly f: (inputs: readonly Tensor[]) => unknown;
  readonly inputs: readonly InputSpec[];
  /** The arguments as Python gives them, places in the order of `inputs`. */
  readonly arguments: Template;
  /** Whether `arguments` is the list of several arguments, rather than one argument. */
  readonly positional?: boolean;
}
export interface SavedModelInput {
  readonly endpoints: readonly Endpoint[];
  /** What serving programs call: endpoints by the keys of the signatures. */
  readonly signatures: ReadonlyMap<string, string>;
  /** Objects with the variables; the root is 0. Functions are added to it. */
  readonly objects: ObjectGraph;
  /** Tags of the graph beside 'serve'. */
  readonly extraTags?: readonly string[];
  /** Names by which programs in C++ find an endpoint's function. */
  readonly aliases?: ReadonlyMap<string, string>;
}

const RESOURCE = 20;
const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

interface Written {
  readonly endpoint: Endpoint;
  readonly name: string;
  readonly traced: TracedSizes;
  readonly outputs: Template;
  readonly places: readonly TensorPlace[];
  /** Tables that the function takes behind the variables. */
  readonly tables: readonly LookupMeaning[];
}

/** Writes the function of an endpoint: its inputs, then its variables. */
function writeEndpoint(endpoint: Endpoint, library: Library): Written {
  const traced = traceWithSizes(endpoint.f, endpoint.inputs);
  const { family, sizes, variables } = traced;
  const writer = new FunctionWriter(library.newName(endpoint.name));
  const tables: LookupMeaning[] = [];
  const translation = new GraphTranslation(writer, library, family, primitiveNodes, (table) => {
    tables.push(table);
    return writer.argument(`table_${tables.length}_handle`, 'resource');
  });
  traced.inputs.forEach(
    (input, i) => void translation.bind(input, writer.argument(endpoint.inputs[i]!.name, input.dtype)),
  );
  const handles = variables.map(({ variable }) => writer.argument(`${variable.path}_resource`, 'resource'));
  writer.scope = 'sizes';
  for (const { input, axis } of sizes) {
    const shape = writer.one('Shape', [translation.of(traced.inputs[input]!)], {
      T: attribute.type(endpoint.inputs[input]!.dtype),
      out_type: attribute.type('int32'),
    });
    const at = (n: number): string => writer.integers([n]);
    writer.openSizes.push(
      writer.one('StridedSlice', [shape, at(axis), at(axis + 1), at(1)], {
        T: attribute.type('int32'),
        Index: attribute.type('int32'),
        shrink_axis_mask: attribute.int(1),
      }),
    );
  }
  variables.forEach(({ variable, parameter }, i) => {
    writer.scope = variable.path;
    translation.bind(parameter, writer.one('ReadVariableOp', [handles[i]!], { dtype: attribute.type(variable.dtype) }));
  });
  translation.run(family.first);
  const places = family.first.outputs.map(
    (output, i) => new TensorPlace(`output_${i}`, family.dims(output).map(constantOf), output.dtype),
  );
  const results = family.first.outputs.map((output, i) => ({
    name: `result_${i}`,
    dtype: output.dtype,
    from: translation.writer.one('Identity', [translation.of(output)], { T: attribute.type(output.dtype) }),
  }));
  library.functions.push(writer.finish(results));
  // Tensors of the result stand in the order of its fields; the template counts them sorted by key.
  const leaves = flattenTree(traced.result, isTensor);
  let next = 0;
  const filled = leaves.map((leaf) => (isTensor(leaf) ? places[next++]! : leaf));
  const outputs = packTree(traced.result, filled, isTensor) as Template;
  return { endpoint, name: writer.name, traced, outputs, places, tables };
}

/** Outputs by name, as signatures have them. */
function namedOutputs(written: Written): [name: string, index: number][] {
  const { outputs, places } = written;
  const isRecord =
    !Array.isArray(outputs) && !(outputs instanceof TensorPlace) && outputs !== null && typeof outputs === 'object';
  if (isRecord && Object.values(outputs).every((part) => part instanceof TensorPlace))
    return sortedKeys(outputs).map((key) => [
      key,
      places.indexOf((outputs as Readonly<Record<string, Template>>)[key] as TensorPlace),
    ]);
  return places.map((place, i) => [place.name, i]);
}
/** The structure with its places named as their keys. */
const renamed = (
  places: readonly TensorPlace[],
  named: readonly (readonly [string, number])[],
): Record<string, TensorPlace> =>
  Object.fromEntries(named.map(([name, i]) => [name, new TensorPlace(name, places[i]!.shape, places[i]!.dtype)]));

/** The function behind a signature: inputs in the order of their names, outputs by name. */
function writeSignature(
  written: Written,
  library: Library,
): { name: string; inputs: readonly InputSpec[]; outputs: readonly [string, number][] } {
  const { endpoint, traced, places } = written;
  const order = endpoint.inputs.map((spec, i) => ({ spec, i })).sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
  const writer = new FunctionWriter(library.newName(`signature_wrapper_${endpoint.name}`));
  const args: string[] = [];
  for (const { spec, i } of order) args[i] = writer.argument(spec.name, spec.dtype);
  const handles = traced.variables.map(({ variable }) => writer.argument(`${variable.path}_resource`, 'resource'));
  written.tables.forEach((_, i) => void handles.push(writer.argument(`table_${i}_handle`, 'resource')));
  const call = writer.add('StatefulPartitionedCall', [...args, ...handles], callAttributes(written));
  const outputs = namedOutputs(written);
  library.functions.push(
    writer.finish(
      outputs.map(([name, i], at) => ({
        name: /^[a-z][a-z0-9_]*$/.test(name) ? name : `result_${at}`,
        dtype: places[i]!.dtype!,
        from: writer.one('Identity', [call.output(i)], { T: attribute.type(places[i]!.dtype!) }),
      })),
    ),
  );
  return { name: writer.name, inputs: order.map(({ spec }) => spec), outputs };
}
const types = (dtypes: readonly DType[], resources: number) => ({
  list: { type: [...dtypes.map((dtype) => DATA_TYPES[dtype]), ...new Array<number>(resources).fill(RESOURCE)] },
});
const callAttributes = ({ name, endpoint, traced, places, tables }: Written) => ({
  f: attribute.f(name),
  Tin: types(
    endpoint.inputs.map(({ dtype }) => dtype),
    traced.variables.length + tables.length,
  ),
  Tout: types(
    places.map(({ dtype }) => dtype!),
    0,
  ),
  config_proto: attribute.text(''),
  executor_type: attribute.text(''),
  config: attribute.text(''),
});

/** Nodes of the main graph: variables, the signature's call, saving and restoring. */
class MainGraph {
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

export function writeSavedModel(given: SavedModelInput): Uint8Array {
  const { endpoints, objects, extraTags = [], aliases = new Map<string, string>() } = given;
  const library = new Library();
  const written = endpoints.map((endpoint) => writeEndpoint(endpoint, library));
  const named = (name: string): Written => written.find(({ endpoint }) => endpoint.name === name)!;
  const served = [...given.signatures].map(([key, name]) => {
    const item = named(name);
    return { key, item, wrapper: writeSignature(item, library) };
  });
  // Variables that functions read but no object has belong to the root.
  const spare = objects.add();
  let count = 0;
  for (const { traced } of written)
    for (const { variable } of traced.variables)
      if (objects.nodeOf(variable) === undefined) objects.link(spare, String(count++), objects.add(variable));
  if (count > 0) objects.link(0, '_other_variables', spare);
  const isUsed = new Set(objects.keys().keys());
  const functions = new Map<number, MessageInput<SavedObject>>();
  const concrete = new Map<string, MessageInput<SavedConcreteFunction>>();
  const tables = new Map<number, LookupMeaning>();
  const tableIds = new Map<Written, number[]>();
  for (const item of written) {
    const ids = item.tables.map((meaning) => {
      const id = addTable(
        objects,
        objects.child(0, '_tables'),
        String(tables.size),
        meaning,
        library,
        functions,
        concrete,
      );
      tables.set(id, meaning);
      return id;
    });
    tableIds.set(item, ids);
  }
  const bound = (item: Written): number[] => [
    ...item.traced.variables.map(({ variable }) => objects.nodeOf(variable)!),
    ...tableIds.get(item)!,
  ];
  for (const item of written) {
    const { endpoint, name, outputs } = item;
    const node = objects.link(0, endpoint.name, objects.add());
    functions.set(node, { function: { concreteFunctions: [name], functionSpec: functionSpec(endpoint) } });
    concrete.set(name, {
      boundInputs: bound(item),
      canonicalizedInputSignature: structuredValue([argumentsOf(endpoint), {}], 2),
      outputSignature: structuredValue(outputs),
    });
  }
  const signatures = objects.link(0, 'signatures', objects.add());
  functions.set(signatures, userObject('signature_map'));
  for (const { key, item, wrapper } of served) {
    const node = objects.link(signatures, key, objects.add());
    const keywords = Object.fromEntries(
      wrapper.inputs.map((spec): [string, TensorPlace] => [
        spec.name,
        new TensorPlace(spec.name, spec.shape, spec.dtype),
      ]),
    );
    functions.set(node, {
      bareConcreteFunction: {
        concreteFunctionName: wrapper.name,
        argumentKeywords: wrapper.inputs.map(({ name }) => name),
        allowedPositionalArguments: wrapper.inputs.length,
      },
    });
    concrete.set(wrapper.name, {
      boundInputs: bound(item),
      canonicalizedInputSignature: structuredValue([[], keywords], 2),
      outputSignature: structuredValue(renamed(item.places, wrapper.outputs)),
    });
  }

  const main = new MainGraph();
  const variables = [...objects.keys()].map(([id, key]) => ({ id, key, variable: objects.nodes[id]!.variable! }));
  const handles = writeVariables(main, variables);
  const fills: string[] = [];
  for (const [id, meaning] of tables) {
    const { handle, fill } = tableInGraph(main.sink(`table_${id}`), id, meaning);
    handles.set(id, handle);
    fills.push(`^${fill}`);
  }
  const signatureDefs = served.map(
    (one, at) => [one.key, writeServing(main, { ...one, at, bound: bound(one.item) }, handles)] as const,
  );
  writeSaver(main, variables, handles);
  const init = main.add('NoOp', 'NoOp', fills, {});
  const nodes = objects.nodes.map(
    ({ children, variable }, id): MessageInput<SavedObject> => ({
      children: [...children].map(([localName, nodeId]) => ({ localName, nodeId })),
      ...(functions.get(id) ??
        (variable && isUsed.has(id)
          ? {
              variable: {
                dtype: DATA_TYPES[variable.dtype],
                shape: shapeToProto(variable.dims),
                trainable: variable.trainable,
                name: variable.path,
              },
            }
          : userObject(
              [...children.keys()].every((key) => /^\d+$/.test(key)) && children.size > 0
                ? 'trackable_list_wrapper'
                : '_generic_user_object',
            ))),
    }),
  );
  return SavedModel.encode({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: {
          tags: ['serve', ...extraTags],
          tensorflowVersion: '2.21.0',
          strippedDefaultAttrs: true,
          functionAliases: new Map([...aliases].map(([alias, name]) => [named(name).name, alias])),
        },
        graphDef: {
          node: main.nodes,
          library: { function: library.functions },
          versions: { producer: 2000, minConsumer: 12 },
        },
        saverDef: {
          filenameTensorName: 'saver_filename:0',
          saveTensorName: 'save/identity:0',
          restoreOpName: 'save/restore_all',
          version: 2,
          maxToKeep: 1,
        },
        signatureDef: new Map([
          ...signatureDefs,
          [
            '__saved_model_init_op',
            {
              outputs: new Map([
                ['__saved_model_init_op', { name: init, dtype: 0, tensorShape: { unknownRank: true } }],
              ]),
            },
          ],
        ]),
        objectGraphDef: { nodes, concreteFunctions: concrete },
      },
    ],
  });
}
const argumentsOf = (endpoint: Endpoint): readonly Template[] =>
  endpoint.positional ? (endpoint.arguments as readonly Template[]) : [endpoint.arguments];
const userObject = (identifier: string): MessageInput<SavedObject> => ({
  userObject: { identifier, version: { producer: 1, minConsumer: 1 } },
});

/** What Python may call the function with. */
function functionSpec(endpoint: Endpoint) {
  const many = Array.isArray(endpoint.arguments) || !(endpoint.arguments instanceof TensorPlace);
  const texts = (list: readonly string[]): MessageInput<StructuredValue> => ({
    listValue: { values: list.map((stringValue) => ({ stringValue })) },
  });
  const none: MessageInput<StructuredValue> = { noneValue: {} };
  const fields: [string, MessageInput<StructuredValue>][] = [
    [
      'args',
      texts(
        endpoint.positional ? endpoint.inputs.map(({ name }) => name) : [many ? 'inputs' : endpoint.inputs[0]!.name],
      ),
    ],
    ['varargs', none],
    ['varkw', none],
    ['defaults', none],
    ['kwonlyargs', texts([])],
    ['kwonlydefaults', none],
    ['annotations', { dictValue: {} }],
  ];
  return {
    fullargspec: { namedTupleValue: { name: 'FullArgSpec', values: fields.map(([key, value]) => ({ key, value })) } },
    isMethod: false,
    inputSignature: structuredValue(argumentsOf(endpoint), 1),
  };
}

interface SavedVariableNode {
  readonly id: number;
  readonly key: string;
  readonly variable: VariableTensor;
}
function writeVariables(main: MainGraph, variables: readonly SavedVariableNode[]): Map<number, string> {
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
interface Served {
  /** The signature's key, and its number. */
  readonly key: string;
  readonly at: number;
  readonly item: Written;
  readonly wrapper: ReturnType<typeof writeSignature>;
  readonly bound: readonly number[];
}
function writeServing(
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
function writeSaver(
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
