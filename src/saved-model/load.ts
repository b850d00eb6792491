// tf.savedModel.load: the objects of a SavedModel with their variables, tables and functions, ready to be called.
// Owns: making each object of the graph, restoring its state, linking children. Leaves Keras models to src/keras/saving.
import { show } from '../base/errors.ts';
import { FunctionObject } from '../base/function-object.ts';
import { decodeText } from '../formats/array-data.ts';
import { FormatError } from '../formats/file-error.ts';
import type { SavedConcreteFunction, SavedFunction, SavedObject } from '../formats/tensorflow/object-graph-proto.ts';
import { dtypeOfDataType, shapeFromProto } from '../formats/tensorflow/tensor-proto.ts';
import { zeros } from '../ops/core/create.ts';
import { Variable } from '../ops/core/variable.ts';
import { platform } from '../platform/platform.ts';
import { eagerTensor, Tensor } from '../runtime/tensor.ts';
import type { TensorLike } from '../runtime/tensor-methods.ts';
import type { VariableTensor } from '../runtime/variable.ts';
import {
  ConcreteFunction,
  type FunctionArguments,
  polymorphicFunction,
  type SignatureFunction,
  signatureFunction,
} from './concrete-function.ts';
import { type Operand, TableHandle, VariableHandle } from './graph/operands.ts';
import { FunctionRunner } from './graph/run-function.ts';
import { fillTable } from './graph/state.ts';
import type { LoadOptions } from './options.ts';
import { readSavedModel, type SavedModelFolder } from './read-folder.ts';
import { type Template, TensorPlace, templateOf } from './structure.ts';

export interface LoadSavedModelOptions {
  /** Of the graph to load; `serve` unless said. */
  readonly tags?: readonly string[] | string | null | undefined;
  readonly options?: LoadOptions | null | undefined;
}

/** What a saved object has: its children under their names. Called, it does what the saved object did. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances are functions.
export class SavedModelObject extends FunctionObject {
  readonly signatures!: Readonly<Record<string, SignatureFunction>>;
  #call: ((...args: unknown[]) => unknown) | null = null;
  #variables: readonly VariableTensor[] = [];

  constructor(name: string) {
    super(name);
  }
  /** Internal: what a call does, and all variables. */
  complete(call: ((...args: unknown[]) => unknown) | null, variables: readonly VariableTensor[]): void {
    this.#call = call;
    this.#variables = variables;
  }
  /** All variables of the model, in the order of the file. */
  get allVariables(): readonly VariableTensor[] {
    return this.#variables;
  }
  protected override invoke(...args: unknown[]): unknown {
    if (this.#call) return this.#call(...args);
    throw new FormatError(
      'unsupported',
      '',
      `the saved object ${show(this.name)} cannot be called; its functions are ${Object.keys(this).join(', ') || 'none'}.`,
    );
  }
}
export interface SavedModelObject {
  (...args: unknown[]): unknown;
  readonly [child: string]: unknown;
}

export class SavedModelLoader {
  readonly folder: SavedModelFolder;
  readonly runner: FunctionRunner;
  readonly #nodes: readonly SavedObject[];
  readonly #operands = new Map<number, Operand>();
  readonly #concrete = new Map<string, ConcreteFunction>();
  readonly #values = new Map<number, unknown>();
  readonly #constants = new Map<string, Operand>();
  /** Object of the SavedModel → object of its checkpoint. */
  readonly #stored = new Map<number, number>();
  #variables: VariableTensor[] = [];

  readonly #options: LoadOptions;

  constructor(folder: SavedModelFolder, options: LoadOptions = {}) {
    const { meta } = folder;
    this.folder = folder;
    this.#options = options;
    this.runner = new FunctionRunner(meta.graphDef!, meta.metaInfoDef?.strippedOpList?.op ?? [], folder.file);
    this.#nodes = meta.objectGraphDef?.nodes ?? [];
    if (folder.variables?.objects && this.#nodes.length > 0) this.#pair(0, 0);
  }
  fail(why: string): never {
    throw new FormatError('bad_protobuf', this.folder.file, `${why}.`);
  }
  /** Follows names in both graphs of objects. */
  #pair(node: number, stored: number): void {
    const stack: [number, number][] = [[node, stored]];
    for (let next = stack.pop(); next; next = stack.pop()) {
      const [at, there] = next;
      if (this.#stored.has(at)) continue;
      this.#stored.set(at, there);
      for (const { nodeId, localName } of this.#node(at).children) {
        const child = this.folder.variables!.child(there, localName);
        if (child !== undefined) stack.push([nodeId, child]);
      }
    }
  }
  #node(id: number): SavedObject {
    return this.#nodes[id] ?? this.fail(`the objects refer to object ${id}, and there are ${this.#nodes.length}`);
  }
  get objects(): readonly SavedObject[] {
    return this.#nodes;
  }
  get variables(): readonly VariableTensor[] {
    return this.#variables;
  }

  /** The variable of an object, with its value. */
  variable(id: number): VariableTensor {
    const handle = this.operand(id);
    if (handle instanceof VariableHandle && handle.variable) return handle.variable;
    return this.fail(`object ${id} is no variable`);
  }

  /** What functions take of an object: a handle, or a value. */
  operand(id: number): Operand {
    const found = this.#operands.get(id);
    if (found) return found;
    const made = this.#makeOperand(id);
    this.#operands.set(id, made);
    return made;
  }
  #makeOperand(id: number): Operand {
    const node = this.#node(id);
    if (node.variable) return this.#makeVariable(id);
    if (node.constant) return this.#constantOf(node.constant.operation);
    if (node.asset) {
      const asset = this.folder.meta.assetFileDef[node.asset.assetFileDefIndex];
      const name = asset?.filename ?? this.fail(`object ${id} is an asset that is not listed`);
      if (/(^|\/)\.\.(\/|$)|^\//.test(name))
        throw new FormatError('unsafe_path', this.folder.file, `the asset '${name}' lies outside of the folder.`);
      return eagerTensor([`${this.folder.path}/assets/${name}`], [], 'string');
    }
    if (node.resource) return this.#makeResource(id);
    if (node.capturedTensor) {
      const concrete = this.#concreteFunction(node.capturedTensor.concreteFunction);
      const at =
        this.runner
          .definition(concrete.name)
          .signature?.inputArg.findIndex((arg) => arg.name === node.capturedTensor!.name) ?? -1;
      return (
        concrete.captured[at - concrete.places.length] ??
        this.fail(`object ${id} is a captured tensor that nothing captures`)
      );
    }
    return this.fail(`object ${id} cannot be taken by a function`);
  }
  #makeVariable(id: number): VariableHandle {
    const { dtype, shape, trainable, name } = this.#node(id).variable!;
    const label = name || `variable_${id}`;
    const { variables } = this.folder;
    const stored = this.#stored.get(id);
    const key =
      variables && stored !== undefined ? variables.valueKey(stored) : variables?.has(label) ? label : undefined;
    const { allowPartialCheckpoint, experimentalSkipCheckpoint } = this.#options;
    if (experimentalSkipCheckpoint || (allowPartialCheckpoint && key === undefined)) {
      const value = zeros(
        (shapeFromProto(shape) ?? []).map((n) => n ?? 0),
        dtypeOfDataType(dtype) ?? 'float32',
      );
      const empty = new Variable(value, { trainable, name: label });
      this.#variables.push(empty);
      return new VariableHandle(label, empty);
    }
    if (!variables || key === undefined)
      throw new FormatError(
        'missing_weights',
        this.folder.file,
        `the variable '${label}' has no value in the folder variables/.`,
      );
    const wanted = shapeFromProto(shape) ?? [];
    const entry = variables.entry(key);
    if (
      entry &&
      (entry.shape.length !== wanted.length || wanted.some((n, axis) => n !== null && n !== entry.shape[axis]))
    )
      throw new FormatError(
        'shape_mismatch',
        this.folder.file,
        `variable '${label}' has shape [${wanted.join(', ')}], the checkpoint holds [${entry.shape.join(', ')}].`,
      );
    const { data, shape: dims, dtype: found } = variables.read(key);
    const type = dtypeOfDataType(dtype);
    if (type !== found)
      throw new FormatError(
        'shape_mismatch',
        this.folder.file,
        `variable '${label}' is ${type}, the checkpoint holds ${found}.`,
      );
    const variable = new Variable(eagerTensor(data, dims, found), { trainable, name: label });
    this.#variables.push(variable);
    return new VariableHandle(label, variable);
  }
  #constantOf(operation: string): Operand {
    const found = this.#constants.get(operation);
    if (found) return found;
    const value = this.runner.evaluate(this.folder.meta.graphDef!, new Map(), [operation])[0]!;
    this.#constants.set(operation, value);
    return value;
  }
  /** A table: made and filled by functions of its own, or from the checkpoint. */
  #makeResource(id: number): Operand {
    const child = (name: string): SavedFunction | undefined => {
      const found = this.#node(id).children.find((item) => item.localName === name);
      return found ? this.#node(found.nodeId).function : undefined;
    };
    const make = child('_create_resource')?.concreteFunctions[0];
    if (!make) return this.fail(`object ${id} is a resource that says not how to make it`);
    const handle = this.#call(make, [])[0] ?? this.fail(`object ${id}: its function gives nothing`);
    this.#operands.set(id, handle);
    const stored = this.#stored.get(id);
    const keys =
      stored === undefined
        ? undefined
        : this.folder.variables?.node(stored).attributes.find(({ checkpointKey }) => /-keys$/.test(checkpointKey))
            ?.checkpointKey;
    if (keys && handle instanceof TableHandle) {
      const read = (key: string): Tensor => {
        const { data, shape, dtype } = this.folder.variables!.read(key);
        return eagerTensor(data, shape, dtype);
      };
      fillTable(handle, read(keys), read(keys.replace(/-keys$/, '-values')));
    }
    return handle;
  }
  #call(name: string, args: readonly Operand[]): Operand[] {
    const bound = this.folder.meta.objectGraphDef?.concreteFunctions.get(name)?.boundInputs ?? [];
    return this.runner.call(name, [...args, ...bound.map((id) => this.operand(id))]);
  }
  /** Fills tables that have functions for it; text files are read first. */
  async initialize(): Promise<void> {
    for (const [id, node] of this.#nodes.entries()) {
      if (!node.resource) continue;
      const handle = this.operand(id);
      const initializer = node.children.find((item) => item.localName === '_initializer');
      const file =
        initializer && this.#node(initializer.nodeId).children.find((item) => item.localName === '_filename');
      if (handle instanceof TableHandle && file) await this.#fromTextFile(handle, this.operand(file.nodeId));
      else {
        const run = node.children.find((item) => item.localName === '_initialize');
        const name = run && this.#node(run.nodeId).function?.concreteFunctions[0];
        if (name) this.#call(name, []);
      }
    }
  }
  /** One key a line, its number the value. */
  async #fromTextFile(table: TableHandle, path: Operand): Promise<void> {
    if (!(path instanceof Tensor)) this.fail('a table is filled from a file without a name');
    const name = String((path as Tensor).numpy());
    const lines = decodeText(await platform().readFile(name))
      .toString()
      .replace(/\n$/, '')
      .split('\n');
    lines.forEach((line, i) => {
      const [key, value] = table.keyType === 'string' ? [line, BigInt(i)] : [BigInt(i), line];
      table.entries.set(String(key), value);
      table.keys.set(String(key), key);
    });
  }

  // ── Functions ───────────────────────────────────────────────────────────────────────────────────────────────────

  #concreteFunction(name: string): ConcreteFunction {
    const found = this.#concrete.get(name);
    if (found) return found;
    const saved: SavedConcreteFunction =
      this.folder.meta.objectGraphDef?.concreteFunctions.get(name) ?? this.fail(`no concrete function '${name}'`);
    const concrete = new ConcreteFunction(
      this.runner,
      name,
      templateOf(saved.canonicalizedInputSignature),
      templateOf(saved.outputSignature),
      saved.boundInputs.map((id) => this.operand(id)),
    );
    this.#concrete.set(name, concrete);
    return concrete;
  }
  #function(id: number, saved: SavedFunction): unknown {
    const concretes = saved.concreteFunctions.map((name) => this.#concreteFunction(name));
    const name = saved.concreteFunctions[0]?.replace(/^__inference_|_\d+$/g, '') ?? `function_${id}`;
    return polymorphicFunction(name, concretes, argumentsOf(saved));
  }

  /** The object of a node with its children. */
  object(id: number): unknown {
    if (this.#values.has(id)) return this.#values.get(id);
    const node = this.#node(id);
    if (node.variable || node.constant || node.asset || node.resource || node.capturedTensor) {
      const operand = this.operand(id);
      const value = operand instanceof VariableHandle ? operand.variable : operand;
      this.#values.set(id, value);
      return value;
    }
    if (node.function) {
      const f = this.#function(id, node.function);
      this.#values.set(id, f);
      return f;
    }
    if (node.bareConcreteFunction) {
      const name = node.bareConcreteFunction.concreteFunctionName;
      const f = signatureFunction(this.#concreteFunction(name), name);
      this.#values.set(id, f);
      return f;
    }
    const identifier = node.userObject?.identifier ?? '';
    if (identifier === 'trackable_list_wrapper' || identifier === 'trackable_tuple_wrapper') {
      const list: unknown[] = [];
      this.#values.set(id, list);
      for (const { localName, nodeId } of node.children)
        if (/^\d+$/.test(localName)) list[Number(localName)] = this.object(nodeId);
      return list;
    }
    if (identifier === 'trackable_dict_wrapper' || identifier === 'signature_map') {
      const record: Record<string, unknown> = {};
      this.#values.set(id, record);
      for (const { localName, nodeId } of node.children) record[localName] = this.object(nodeId);
      return record;
    }
    return this.#userObject(id, node);
  }
  #userObject(id: number, node: SavedObject): SavedModelObject {
    const object = new SavedModelObject(`saved_object_${id}`);
    this.#values.set(id, object);
    let call: ((...args: unknown[]) => unknown) | null = null;
    for (const { localName, nodeId } of node.children) {
      const child = this.object(nodeId);
      if (localName === '__call__') call = child as (...args: unknown[]) => unknown;
      else Object.defineProperty(object, localName, { value: child, enumerable: true, configurable: true });
    }
    object.complete(call, this.#variables);
    return object;
  }
}

function argumentsOf(saved: SavedFunction): FunctionArguments {
  const spec = templateOf(saved.functionSpec?.fullargspec) as { readonly [key: string]: Template } | null;
  if (!spec || typeof spec !== 'object' || spec instanceof TensorPlace) return { names: [], defaults: new Map() };
  const all = (spec.args ?? []) as readonly string[];
  const defaults = new Map<string, unknown>();
  const list = (spec.defaults ?? []) as readonly Template[];
  list.forEach((value, i) => {
    defaults.set(all[all.length - list.length + i] ?? '', value);
  });
  for (const [key, value] of Object.entries((spec.kwonlydefaults ?? {}) as object)) defaults.set(key, value);
  const bound = saved.functionSpec?.isMethod || all[0] === 'self';
  return { names: bound ? all.slice(1) : all, defaults };
}

/** A SavedModel of TensorFlow 1: signatures that name nodes of one graph. */
function plainSignatures(loader: SavedModelLoader): Record<string, SignatureFunction> {
  const { meta, variables, file } = loader.folder;
  const graph = meta.graphDef!;
  for (const node of graph.node) {
    if (!/^(VarHandleOp|VariableV2|Variable)$/.test(node.op)) continue;
    const name = decodeText(node.attr.get('shared_name')?.s ?? new Uint8Array()).toString() || node.name;
    const key = variables?.has(name) ? name : node.name;
    if (!variables?.has(key)) continue;
    const { data, shape, dtype } = variables.read(key);
    loader.runner.resources.set(
      name,
      new VariableHandle(name, new Variable(eagerTensor(data, shape, dtype), { name })),
    );
  }
  const places = (infos: ReadonlyMap<string, { dtype: number; tensorShape?: Parameters<typeof shapeFromProto>[0] }>) =>
    Object.fromEntries(
      [...infos].map(([key, info]) => [
        key,
        new TensorPlace(key, shapeFromProto(info.tensorShape), dtypeOfDataType(info.dtype)),
      ]),
    );
  return Object.fromEntries(
    [...meta.signatureDef].map(([name, signature]) => {
      const inputs = places(signature.inputs);
      const outputs = places(signature.outputs);
      const nodeName = (tensor: string | undefined): string => (tensor ?? '').replace(/:0$/, '');
      const call = (given: Readonly<Record<string, TensorLike>> | TensorLike): Record<string, Tensor> => {
        const record = given as Readonly<Record<string, TensorLike>>;
        const feeds = new Map(
          [...signature.inputs].map(([key, info]) => {
            if (record[key] === undefined)
              throw new FormatError('invalid_value', file, `signature '${name}': the input '${key}' is missing.`);
            return [
              nodeName(info.name),
              ConcreteFunction.convert(inputs[key]!, record[key], `signature '${name}': ${key}`),
            ];
          }),
        );
        const fetched = loader.runner.evaluate(
          graph,
          feeds,
          [...signature.outputs.values()].map((info) => info.name ?? ''),
        );
        return Object.fromEntries([...signature.outputs.keys()].map((key, i) => [key, fetched[i] as Tensor]));
      };
      return [name, Object.assign(call, { inputs, outputs, variables: [] })];
    }),
  );
}

/** Loads a SavedModel: `model.signatures.serving_default({ x })`, `model(x)`, and its variables and functions by name. */
export async function loadSavedModel(path: string, options: LoadSavedModelOptions = {}): Promise<SavedModelObject> {
  const { tags = null } = options;
  const wanted = tags === null ? ['serve'] : typeof tags === 'string' ? [tags] : tags;
  const loader = new SavedModelLoader(await readSavedModel(path, wanted), options.options ?? {});
  return objectOf(loader);
}
/** The root object of an open SavedModel. */
export async function objectOf(loader: SavedModelLoader): Promise<SavedModelObject> {
  if (loader.objects.length === 0) {
    const object = new SavedModelObject('saved_model');
    Object.defineProperty(object, 'signatures', { value: plainSignatures(loader), enumerable: true });
    return object;
  }
  await loader.initialize();
  const root = loader.object(0) as SavedModelObject;
  if (!('signatures' in root)) Object.defineProperty(root, 'signatures', { value: {}, enumerable: true });
  return root;
}
