// Hash tables of a SavedModel: objects with functions that make, fill and end them, as TensorFlow's loader calls them.
// Owns: those functions, and the nodes of the main graph that serving programs fill the tables with. Leaves looking up to nodes/host.ts.
import type { ArrayData } from '../../formats/array-data.ts';
import type { MessageInput } from '../../formats/protobuf/message.ts';
import type {
  SavedConcreteFunction,
  SavedObject,
  StructuredValue,
} from '../../formats/tensorflow/object-graph-proto.ts';
import type { LookupMeaning } from '../../graph/host-meaning.ts';
import type { ObjectGraph } from '../object-graph.ts';
import { structuredValue } from '../structure.ts';
import type { Library } from './graph-translation.ts';
import { type Attributes, attribute, FunctionWriter, type Reference } from './graph-writer.ts';

const RESOURCE = 20;
const elements = (dtype: 'string' | 'int64', list: LookupMeaning['keys']): ArrayData =>
  dtype === 'string'
    ? { dtype, shape: [list.length], data: list.map((term) => (typeof term === 'bigint' ? String(term) : term)) }
    : { dtype, shape: [list.length], data: BigInt64Array.from(list as readonly bigint[]) };

/** Where nodes go: a function, or the main graph. */
export interface NodeSink {
  add(op: string, inputs: readonly Reference[], attributes: Attributes, output: string): Reference;
  constant(array: ArrayData): Reference;
}
const tableNode = (sink: NodeSink, name: string, { keyDtype, valueDtype }: LookupMeaning): Reference =>
  sink.add(
    'HashTableV2',
    [],
    {
      container: attribute.text(''),
      shared_name: attribute.text(name),
      use_node_name_sharing: attribute.bool(false),
      key_dtype: attribute.type(keyDtype),
      value_dtype: attribute.type(valueDtype),
    },
    'table_handle',
  );
const fillNode = (sink: NodeSink, handle: Reference, meaning: LookupMeaning): Reference =>
  sink.add(
    'LookupTableImportV2',
    [
      handle,
      sink.constant(elements(meaning.keyDtype, meaning.keys)),
      sink.constant(elements(meaning.valueDtype, meaning.values)),
    ],
    { Tin: attribute.type(meaning.keyDtype), Tout: attribute.type(meaning.valueDtype) },
    '',
  );

/** A table and its fill in the main graph; gives the handle and the node that fills it. */
export function tableInGraph(sink: NodeSink, id: number, meaning: LookupMeaning): { handle: string; fill: string } {
  const handle = tableNode(sink, `table_${id}`, meaning);
  return { handle, fill: fillNode(sink, handle, meaning) };
}

const RESOURCE_SPEC: MessageInput<StructuredValue> = {
  tensorSpecValue: { name: '', shape: { dim: [] }, dtype: RESOURCE },
};
const NUMBER_SPEC: MessageInput<StructuredValue> = { tensorSpecValue: { name: '', shape: { dim: [] }, dtype: 3 } };

/** The object of a table: its node, and those of its functions. */
export function addTable(
  objects: ObjectGraph,
  parent: number,
  name: string,
  meaning: LookupMeaning,
  library: Library,
  functions: Map<number, MessageInput<SavedObject>>,
  concrete: Map<string, MessageInput<SavedConcreteFunction>>,
): number {
  const id = objects.link(parent, name, objects.add());
  functions.set(id, { resource: { device: '' } });
  const sinkOf = (writer: FunctionWriter): NodeSink => ({
    add: (op, inputs, attributes, output) => {
      const node = writer.add(op, inputs, attributes);
      return output === '' ? node.name : node.output(0, output);
    },
    constant: (array) => writer.constant(array),
  });
  const define = (
    kind: '_create_resource' | '_initialize' | '_destroy_resource',
    write: (sink: NodeSink, handle: () => Reference) => Reference | null,
  ): void => {
    const writer = new FunctionWriter(library.newName(`${kind.slice(1)}_table`));
    const isBound = kind === '_initialize';
    const handle = isBound ? writer.argument('table_handle', 'resource') : '';
    const made = write(sinkOf(writer), () => handle);
    const isMaking = kind === '_create_resource';
    const one = isMaking ? made! : writer.integer(1);
    const after = made === null || isMaking ? [] : [made];
    const from = writer
      .add('Identity', [one], { T: isMaking ? { type: RESOURCE } : attribute.type('int32') }, after)
      .output();
    library.functions.push(writer.finish([{ name: 'result', dtype: isMaking ? 'resource' : 'int32', from }]));
    concrete.set(writer.name, {
      boundInputs: isBound ? [id] : [],
      canonicalizedInputSignature: structuredValue([[], {}], 2),
      outputSignature: isMaking ? RESOURCE_SPEC : NUMBER_SPEC,
    });
    const node = objects.link(id, kind, objects.add());
    const none: MessageInput<StructuredValue> = { noneValue: {} };
    const list: MessageInput<StructuredValue> = { listValue: { values: [] } };
    const fields: [string, MessageInput<StructuredValue>][] = [
      ['args', list],
      ['varargs', none],
      ['varkw', none],
      ['defaults', none],
      ['kwonlyargs', list],
      ['kwonlydefaults', none],
      ['annotations', { dictValue: {} }],
    ];
    functions.set(node, {
      function: {
        concreteFunctions: [writer.name],
        functionSpec: {
          fullargspec: {
            namedTupleValue: { name: 'FullArgSpec', values: fields.map(([key, value]) => ({ key, value })) },
          },
          isMethod: false,
          inputSignature: structuredValue([], 1),
        },
      },
    });
  };
  define('_create_resource', (sink) => tableNode(sink, `table_${id}`, meaning));
  define('_initialize', (sink, handle) => fillNode(sink, handle(), meaning));
  define('_destroy_resource', () => null);
  return id;
}
