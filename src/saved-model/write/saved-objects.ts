// The objects of a SavedModel: variables, tables and functions under the names by which Python reaches them.
// Owns: which object each function is, what it is bound to, and how Python may call it. Leaves the functions to endpoint.ts.
import type { MessageInput } from '../../formats/protobuf/message.ts';
import type {
  SavedConcreteFunction,
  SavedObject,
  StructuredValue,
} from '../../formats/tensorflow/object-graph-proto.ts';
import { DATA_TYPES, shapeToProto } from '../../formats/tensorflow/tensor-proto.ts';
import type { LookupMeaning } from '../../graph/host-meaning.ts';
import type { ObjectGraph } from '../object-graph.ts';
import { structuredValue, type Template, TensorPlace } from '../structure.ts';
import type { Endpoint, Signature, Written } from './endpoint.ts';
import type { Library } from './graph-translation.ts';
import { addTable } from './tables.ts';

const argumentsOf = (endpoint: Endpoint): readonly Template[] =>
  endpoint.positional ? (endpoint.arguments as readonly Template[]) : [endpoint.arguments];
const userObject = (identifier: string): MessageInput<SavedObject> => ({
  userObject: { identifier, version: { producer: 1, minConsumer: 1 } },
});

/** A name for each argument: that of its tensor, or, where it is made of several, one by its place. */
const argumentNames = ({ arguments: list }: Endpoint): string[] =>
  (list as readonly Template[]).map((one, i) =>
    one instanceof TensorPlace ? one.name : i === 0 ? 'inputs' : `inputs_${i}`,
  );

/** What Python may call the function with. */
function functionSpec(endpoint: Endpoint) {
  const many = Array.isArray(endpoint.arguments) || !(endpoint.arguments instanceof TensorPlace);
  const texts = (list: readonly string[]): MessageInput<StructuredValue> => ({
    listValue: { values: list.map((stringValue) => ({ stringValue })) },
  });
  const none: MessageInput<StructuredValue> = { noneValue: {} };
  const fields: [string, MessageInput<StructuredValue>][] = [
    ['args', texts(endpoint.positional ? argumentNames(endpoint) : [many ? 'inputs' : endpoint.inputs[0]!.name])],
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

/** The structure with its places named as their keys. */
const renamed = (
  places: readonly TensorPlace[],
  named: readonly (readonly [string, number])[],
): Record<string, TensorPlace> =>
  Object.fromEntries(named.map(([name, i]) => [name, new TensorPlace(name, places[i]!.shape, places[i]!.dtype)]));

export class SavedObjects {
  /** By object, the tables that the model looks things up in. */
  readonly tables = new Map<number, LookupMeaning>();
  readonly #objects: ObjectGraph;
  readonly #messages = new Map<number, MessageInput<SavedObject>>();
  readonly #concrete = new Map<string, MessageInput<SavedConcreteFunction>>();
  readonly #bound = new Map<Written, readonly number[]>();
  /** Objects that variables have in the model: others that hold one only name it. */
  readonly #variables: ReadonlySet<number>;
  readonly #signatures: number;

  /** Variables that functions read but no object has belong to the root. */
  constructor(objects: ObjectGraph, written: readonly Written[], library: Library) {
    this.#objects = objects;
    const spare = objects.add();
    let count = 0;
    for (const { traced } of written)
      for (const { variable } of traced.variables)
        if (objects.nodeOf(variable) === undefined) objects.link(spare, String(count++), objects.add(variable));
    if (count > 0) objects.link(0, '_other_variables', spare);
    this.#variables = new Set(objects.keys().keys());
    for (const item of written) {
      const tables = item.tables.map((meaning) => this.#addTable(meaning, library));
      this.#bound.set(item, [...item.traced.variables.map(({ variable }) => objects.nodeOf(variable)!), ...tables]);
    }
    for (const item of written) this.#addFunction(item);
    this.#signatures = objects.link(0, 'signatures', objects.add());
    this.#messages.set(this.#signatures, userObject('signature_map'));
  }

  /** The objects whose resources a function takes behind its inputs. */
  boundTo(written: Written): readonly number[] {
    return this.#bound.get(written)!;
  }

  #addTable(meaning: LookupMeaning, library: Library): number {
    const parent = this.#objects.child(0, '_tables');
    const name = String(this.tables.size);
    const id = addTable(this.#objects, parent, name, meaning, library, this.#messages, this.#concrete);
    this.tables.set(id, meaning);
    return id;
  }

  #addFunction(item: Written): void {
    const { endpoint, name, outputs } = item;
    const node = this.#objects.link(0, endpoint.name, this.#objects.add());
    this.#messages.set(node, { function: { concreteFunctions: [name], functionSpec: functionSpec(endpoint) } });
    this.#concrete.set(name, {
      boundInputs: [...this.boundTo(item)],
      canonicalizedInputSignature: structuredValue([argumentsOf(endpoint), {}], 2),
      outputSignature: structuredValue(outputs),
    });
  }

  addSignature(key: string, item: Written, signature: Signature): void {
    const node = this.#objects.link(this.#signatures, key, this.#objects.add());
    const keywords = Object.fromEntries(
      signature.inputs.map(({ name, shape, dtype }): [string, TensorPlace] => [
        name,
        new TensorPlace(name, shape, dtype),
      ]),
    );
    this.#messages.set(node, {
      bareConcreteFunction: {
        concreteFunctionName: signature.name,
        argumentKeywords: signature.inputs.map(({ name }) => name),
        allowedPositionalArguments: signature.inputs.length,
      },
    });
    this.#concrete.set(signature.name, {
      boundInputs: [...this.boundTo(item)],
      canonicalizedInputSignature: structuredValue([[], keywords], 2),
      outputSignature: structuredValue(renamed(item.places, signature.outputs)),
    });
  }

  /** The message of all objects and their functions. */
  message() {
    const nodes = this.#objects.nodes.map(
      ({ children, variable }, id): MessageInput<SavedObject> => ({
        children: [...children].map(([localName, nodeId]) => ({ localName, nodeId })),
        ...(this.#messages.get(id) ??
          (variable && this.#variables.has(id)
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
    return { nodes, concreteFunctions: this.#concrete };
  }
}
