// Keras models as SavedModels: `model.export('folder')` for serving, `model.save('folder')` with the config beside the graph.
// Owns: the inputs of a model as a function's, its objects for the checkpoint, the config's place. Leaves graphs to src/saved-model.

import type { DType } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { mapTree } from '../../base/tree.ts';
import { encodeText } from '../../formats/array-data.ts';
import { printPythonJson } from '../../formats/keras/python-json.ts';
import { Variable } from '../../ops/core/variable.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { ObjectGraph } from '../../saved-model/object-graph.ts';
import type { SaveOptions } from '../../saved-model/options.ts';
import { type Template, TensorPlace } from '../../saved-model/structure.ts';
import { addObjects } from '../../saved-model/trackable.ts';
import type { Endpoint } from '../../saved-model/write/endpoint.ts';
import type { InputSpec } from '../../saved-model/write/trace-sizes.ts';
import { writeFolder } from '../../saved-model/write/write-folder.ts';
import { writeSavedModel } from '../../saved-model/write/write-saved-model.ts';
import type { ArchivedEndpoint } from '../export-archive.ts';
import type { ModelBase } from '../models/model.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Config } from '../schema.ts';
import { KerasTensor } from '../symbolic/keras-tensor.ts';
import type { Inputs } from '../types.ts';
import './checkpoint-tree.ts';
import { CONFIG_FILE } from './config-file.ts';

export interface ExportSpec {
  readonly shape: readonly (number | null)[];
  readonly dtype?: DType | undefined;
  readonly name?: string | undefined;
}

/** The optimizer's variables: Keras 3 counts the learning rate among them, Keras 2 does not. */
export function addOptimizer(graph: ObjectGraph, parent: number, optimizer: Optimizer, keras2: boolean): void {
  const { variables } = optimizer;
  const node = graph.link(parent, 'optimizer', graph.add());
  const list = graph.link(node, '_variables', graph.add());
  const counted = keras2 ? optimizer.variablesOfKeras2() : variables;
  counted.forEach((variable, i) => void graph.link(list, String(i), graph.add(variable)));
  const [iterations] = variables;
  if (iterations) graph.link(node, '_iterations', graph.add(iterations));
  for (const [name, variable] of optimizer.ownFields()) graph.link(node, name, graph.add(variable));
  // Keras 2 keeps what its schedule gave last, and asks for it when it reads.
  if (keras2 && optimizer.schedule) {
    const rate = new Variable(optimizer.learningRate, { trainable: false, name: 'current_learning_rate' });
    graph.link(node, '_current_learning_rate', graph.add(rate));
  }
}

function listOf(graph: ObjectGraph, name: string, variables: readonly VariableTensor[]): void {
  const list = graph.link(0, name, graph.add());
  variables.forEach((variable, i) => void graph.link(list, String(i), graph.add(variable)));
}

/** What the model takes: places in its structure, from its graph, from `inputSignature`, or from how it was built. */
function inputsOf(model: ModelBase, signature: unknown): { template: Template; specs: InputSpec[] } {
  const specs: InputSpec[] = [];
  const used = new Set<string>();
  const place = (name: string, shape: readonly (number | null)[], dtype: DType): TensorPlace => {
    const plain = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(\d)/, '_$1') || 'inputs';
    let unique = plain;
    for (let i = 1; used.has(unique); i++) unique = `${plain}_${i}`;
    used.add(unique);
    specs.push({ name: unique, shape, dtype });
    return new TensorPlace(unique, shape, dtype);
  };
  // A record's places count sorted by key.
  const walk = (
    value: unknown,
    leaf: (value: unknown, key: string) => TensorPlace | null,
    key = 'inputs',
  ): Template => {
    const found = leaf(value, key);
    if (found) return found;
    if (Array.isArray(value)) return value.map((item, i) => walk(item, leaf, `${key}_${i}`));
    const record = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      Object.keys(record)
        .sort()
        .map((name) => [name, walk(record[name], leaf, name)]),
    );
  };
  if (signature !== undefined && signature !== null) {
    const isSpec = (value: unknown): value is ExportSpec =>
      value !== null && typeof value === 'object' && Array.isArray((value as ExportSpec).shape);
    const given = Array.isArray(signature) && signature.length === 1 ? signature[0] : signature;
    return {
      template: walk(given, (value, key) =>
        isSpec(value) ? place(value.name ?? key, value.shape, value.dtype ?? 'float32') : null,
      ),
      specs,
    };
  }
  if (model.graph) {
    const structure = model.graph.inputStructure;
    const list = Array.isArray(structure) && structure.length === 1 ? structure[0] : structure;
    return {
      template: walk(list, (value) =>
        value instanceof KerasTensor ? place(value.history!.operation.name, value.shape, value.dtype) : null,
      ),
      specs,
    };
  }
  const shape = model.getBuildConfig()?.input_shape;
  if (!Array.isArray(shape))
    throw new ValueError(
      `export: model '${model.name}' was never called, so its inputs are not known. Call it on data first, or give { inputSignature: [tf.TensorSpec(…)] }.`,
    );
  const isShape = (value: unknown): value is (number | null)[] =>
    Array.isArray(value) && value.every((n) => n === null || typeof n === 'number');
  return {
    template: walk(shape, (value, key) =>
      isShape(value) ? place(key, [null, ...value.slice(1)], model.inputDtype) : null,
    ),
    specs,
  };
}

/** Writes the model as a SavedModel whose signature `serving_default` predicts. */
export async function exportSavedModel(
  model: ModelBase,
  path: string,
  options: { readonly config?: Config | null; readonly optimizer?: boolean; readonly inputSignature?: unknown } = {},
): Promise<void> {
  const { template, specs } = inputsOf(model, options.inputSignature);
  const f = (tensors: readonly Tensor[]): unknown =>
    model.invoke(filled(template, tensors) as Inputs, { training: false });
  const objects = new ObjectGraph();
  objects.add();
  addObjects(objects, 0, model);
  if (options.optimizer && model.compiled) addOptimizer(objects, 0, model.optimizer, false);
  listOf(objects, 'variables', model.weights as VariableTensor[]);
  listOf(objects, 'trainable_variables', model.trainableWeights as VariableTensor[]);
  listOf(objects, 'non_trainable_variables', model.nonTrainableWeights as VariableTensor[]);
  const graph = writeSavedModel({
    endpoints: [{ name: 'serve', f, inputs: specs, arguments: template }],
    signatures: new Map([['serving_default', 'serve']]),
    objects,
  });
  const { index, data } = objects.checkpoint();
  const files = new Map<string, Uint8Array>([
    ['variables/variables.data-00000-of-00001', data],
    ['variables/variables.index', index],
    ['saved_model.pb', graph],
  ]);
  if (options.config) files.set(CONFIG_FILE, encodeText(printPythonJson(options.config)));
  await writeFolder(path, files, 'saved_model.pb');
}

export interface Archive {
  readonly resources: readonly object[];
  readonly endpoints: readonly ArchivedEndpoint[];
  /** Lists of variables by the names under which programs find them. */
  readonly collections: ReadonlyMap<string, readonly VariableTensor[]>;
  readonly options: SaveOptions;
}

/** An endpoint as it is written: its arguments' places, and the function on tensors in their order. */
function archived({ name, fn, signature, names }: ArchivedEndpoint): Endpoint {
  if (signature === null) {
    const model = fn as object as ModelBase;
    const { template, specs } = inputsOf(model, null);
    return {
      name,
      inputs: specs,
      arguments: template,
      f: (tensors) => model.invoke(filled(template, tensors) as Inputs, { training: false }),
    };
  }
  const specs: InputSpec[] = [];
  const place = (value: unknown, key: string): Template => {
    const shape = value === null || typeof value !== 'object' ? null : Reflect.get(value, 'shape');
    const dims: unknown =
      shape !== null && typeof shape === 'object' && 'asList' in shape
        ? (shape as { asList(): unknown }).asList()
        : shape;
    if (Array.isArray(dims)) {
      const { dtype = 'float32', name: own } = value as { readonly dtype?: DType; readonly name?: string };
      const plain = (own ?? key).replace(/[^A-Za-z0-9_]/g, '_');
      const unique = specs.some((spec) => spec.name === plain) ? `${plain}_${specs.length}` : plain;
      const spec: InputSpec = { name: unique, shape: dims as (number | null)[], dtype };
      specs.push(spec);
      return new TensorPlace(unique, spec.shape, dtype);
    }
    if (Array.isArray(value)) return value.map((item, i) => place(item, `${key}_${i}`));
    if (!isRecord(value))
      throw new ValueError(
        `ExportArchive: endpoint '${name}': inputSignature: found ${show(value)}, wanted a tf.TensorSpec, or a list or record of them.`,
      );
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((part) => [part, place(value[part], part)]),
    );
  };
  const template = signature.map((entry, i) => place(entry, names[i] || (i === 0 ? 'inputs' : `inputs_${i}`)));
  return {
    name,
    inputs: specs,
    arguments: template,
    positional: true,
    f: (tensors) => Reflect.apply(fn, undefined, filled(template, tensors) as never),
  };
}

/** The arguments with tensors in their places. */
function filled(template: Template, tensors: readonly Tensor[]): unknown {
  let next = 0;
  return mapTree(
    template,
    (leaf) => (leaf instanceof TensorPlace ? tensors[next++] : leaf),
    (leaf) => leaf instanceof TensorPlace,
  );
}

/** Writes a SavedModel with these endpoints as its signatures, the first also as 'serving_default'. */
export async function writeArchive(
  path: string,
  { resources, endpoints, collections, options }: Archive,
): Promise<void> {
  const objects = new ObjectGraph();
  objects.add();
  resources.forEach((resource, i) => {
    addObjects(objects, objects.link(0, `_tracked_${i}`, objects.add()), resource);
  });
  for (const [name, variables] of collections) listOf(objects, name, variables);
  const names = endpoints.map(({ name }) => name);
  const signatures = new Map(names.map((name) => [name, name]));
  if (!signatures.has('serving_default')) signatures.set('serving_default', names[0]!);
  const graph = writeSavedModel({
    endpoints: endpoints.map(archived),
    signatures,
    objects,
    extraTags: options.extraTags ?? [],
  });
  const { index, data } = objects.checkpoint();
  const files = new Map<string, Uint8Array>([
    ['variables/variables.data-00000-of-00001', data],
    ['variables/variables.index', index],
    ['saved_model.pb', graph],
  ]);
  await writeFolder(path, files, 'saved_model.pb');
}
