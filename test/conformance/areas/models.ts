// Area models: files of every format: outputs, structure, summary, JSON; and damaged files, which must be refused.
import { join } from 'node:path';
import type { Case } from '../folder.ts';
import { construct, fn, lookup, property, result } from '../library.ts';
import { type Area, isRefusal } from '../runner.ts';
import { asStored, type Fields, isFields, type Json, type Value } from '../values.ts';
import { arraysOf, describeWeights, feed, fromJson, loadModel, type Model, plain, weightRows } from './loaded.ts';

interface File {
  readonly path: string;
  readonly format: string;
  /** False for files that their own writer cannot read back: reading them is optional. */
  readonly keras_loads?: boolean;
}
const filesOf = (c: Case) => (c.json.files as unknown as File[]).filter((file) => file.keras_loads !== false);
const isKeras3 = (c: Case) => String(c.json.writer).startsWith('keras');
const isWeights = (file: File) => /weights|checkpoint/.test(file.format);

/** The JSON of a model without what differs from run to run. */
function reproducible(value: Value): Value {
  if (Array.isArray(value)) return value.map(reproducible);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'shared_object_id')
      .map(([key, part]) => [key, reproducible(part)]),
  );
}

const structure = [
  'layers',
  'count_params',
  'trainable_params',
  'non_trainable_params',
  'input_names',
  'output_names',
  'summary',
  'optimizer',
];

function expectedOf(c: Case): Fields {
  if (c.json.kind === 'damaged') {
    const { error, must_mention: words } = c.json.expect as { error: string; must_mention: string[] };
    return { error, must_mention: words };
  }
  const outputs = arraysOf(c, c.json.outputs);
  const out: { [key: string]: Value } = Object.fromEntries(structure.map((name) => [name, plain(c.json[name])]));
  out.weights = weightRows(c.json.weights, isKeras3(c));
  if (!isKeras3(c)) out.optimizer = withoutPaths(out.optimizer);
  out.outputs = Object.fromEntries(filesOf(c).map((file) => [file.path, outputs]));
  // Keras 2 writes its JSON in a form of its own: read, never written.
  if (isKeras3(c)) out.to_json = reproducible(plain(c.json.to_json));
  return out;
}

/** Keras takes the optimizer out of the compile config as it writes an HDF5 file; here saving changes nothing. */
function asSaved(c: Case, json: Value): Value {
  const wanted = (c.json.to_json as { compile_config?: object } | null)?.compile_config;
  if (!wanted || 'optimizer' in wanted || !isFields(json) || !isFields(json.compile_config)) return json;
  const { optimizer: _, ...compiled } = json.compile_config;
  return { ...json, compile_config: compiled };
}

/** `class Subclassed` of generate/models.py. */
function subclassed(): Model {
  const Base = lookup('keras.Model') as new (options: object) => object;
  const layer = (name: string, ...args: unknown[]) => construct(`keras.layers.${name}`, ...args);
  class Subclassed extends Base {
    innerDense = layer('Dense', 4, { activation: 'relu' }) as Model;
    blocks = [layer('Dense', 4), layer('Dense', 4)] as Model[];
    named = { norm: layer('LayerNormalization') as Model };
    out = construct('keras.Sequential', [layer('Dense', 3), layer('Dense', 2)]) as Model;
    scale = fn(this, 'add_weight')({ shape: [4], initializer: 'ones', name: 'scale' });
    constructor() {
      super({ name: 'subclassed' });
    }
    call(inputs: unknown): unknown {
      let h = this.innerDense(inputs);
      for (const block of this.blocks) h = fn('tf.add')(h, block(h));
      return this.out(fn('tf.multiply')(this.named.norm(h), this.scale));
    }
  }
  return new Subclassed() as object as Model;
}

/** Keras 2 names the variables of optimizers in a way of its own. */
const withoutPaths = (variables: Value | undefined): Value =>
  Array.isArray(variables)
    ? variables.map((row) => (isFields(row) ? { shape: row.shape!, dtype: row.dtype! } : row))
    : (variables ?? null);

interface WithVocabulary {
  readonly name: string;
  getVocabulary(): readonly unknown[];
  setVocabulary(terms: readonly unknown[]): void;
}
const layersOf = (model: Model) => property(model, 'layers') as readonly Partial<WithVocabulary>[];

/** Vocabularies that were learned stand neither in the JSON nor among the weights. */
function giveVocabularies(model: Model, from: Model | undefined): void {
  const learned = new Map(from ? layersOf(from).map((layer) => [layer.name, layer]) : []);
  for (const layer of layersOf(model)) {
    const terms = learned.get(layer.name)?.getVocabulary?.();
    if (terms !== undefined && layer.getVocabulary!().length < terms.length) layer.setVocabulary!(terms);
  }
}

/** `first`: the model of the case's first whole file. */
async function open(c: Case, file: File, inputs: Value, first: Model | undefined): Promise<Model> {
  if (!isWeights(file)) return loadModel(c, file.path);
  if (c.id.includes('subclassed')) {
    const model = subclassed();
    model(fn('tf.zeros')([1, 3])); // as the generator builds it
    await fn(model, 'load_weights')(join(c.folder, file.path));
    return model;
  }
  const model = (await fn('keras.models.modelFromJSON')(JSON.stringify(c.json.to_json))) as Model;
  giveVocabularies(model, first);
  model(feed(inputs)); // a model that is not built has no weights to read into
  await fn(model, 'load_weights')(join(c.folder, file.path));
  return model;
}

const className = (layer: unknown) => (layer as { constructor: { name: string } }).constructor.name;

/** Names of outputs as Keras 2 numbers them, where one layer gives several. */
function numbered(names: readonly string[]): string[] {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return names.map((name) => {
    let one = name;
    while (taken.has(one)) {
      const count = counts.get(name) ?? 1;
      one = `${name}_${count}`;
      counts.set(name, count + 1);
    }
    taken.add(one);
    return one;
  });
}

function structureOf(c: Case, model: Model): Fields {
  const shapeSize = (weights: unknown) =>
    (weights as readonly { shape: readonly number[] }[]).reduce(
      (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
      0,
    );
  const lines: string[] = [];
  const { line_length: lineLength, ...rest } = c.json.summary_arguments as { line_length: number; [key: string]: Json };
  const style = isKeras3(c) ? 'keras3' : 'keras2';
  const given = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
  fn(model, 'summary')({ lineLength, style, ...given, printFn: (line: string) => lines.push(line) });
  const names = (list: string) =>
    ((model as object as Record<string, unknown>)[list] as readonly string[] | undefined) ?? [];
  const lastLayer = (property(model, 'layers') as readonly { name: string }[]).at(-1)!;
  const outputsOfKeras2 = names('outputNames').length > 0 ? numbered(names('outputNames')) : [lastLayer.name];
  interface Stateful {
    readonly variables: readonly { path: string }[];
    /** Those that Keras 2 counts. */
    variablesOfKeras2(): readonly { path: string }[];
  }
  const optimizer = (model as { optimizer?: Stateful | null }).optimizer;
  const variables: Value = optimizer
    ? (isKeras3(c) ? optimizer.variables : optimizer.variablesOfKeras2()).map((variable) => {
        const { shape, dtype } = variable as object as { shape: readonly number[]; dtype: string };
        return { path: variable.path, shape: [...shape], dtype };
      })
    : null;
  return {
    layers: (property(model, 'layers') as readonly { name: string; built: boolean }[]).map((layer) => ({
      name: layer.name,
      class_name: className(layer),
      params: layer.built ? Number(fn(layer, 'count_params')()) : null,
    })),
    count_params: Number(fn(model, 'count_params')()),
    trainable_params: shapeSize(property(model, 'trainable_weights')),
    non_trainable_params: shapeSize(property(model, 'non_trainable_weights')),
    // Keras 3's models have no input_names, and its Sequential models no output_names; all of Keras 2 have both.
    input_names: isKeras3(c) ? [] : [...names('inputNames')],
    output_names: isKeras3(c) ? [...names('outputNames')] : outputsOfKeras2,
    summary: lines.join('\n'),
    optimizer: isKeras3(c) ? variables : withoutPaths(variables),
    weights: describeWeights(model, isKeras3(c)),
  };
}

async function damaged(c: Case): Promise<Fields> {
  const {
    error,
    must_mention: words,
    may_load: mayLoad,
  } = c.json.expect as { error: string; must_mention: string[]; may_load: boolean };
  try {
    await loadModel(c, filesOf(c)[0]!.path);
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown;
    const { kind, message } = thrown as Error & { kind?: string };
    return {
      error: kind ?? 'an error without a kind',
      must_mention: words.filter((word) => message.toLowerCase().includes(word.toLowerCase())),
    };
  }
  return mayLoad ? { error, must_mention: words } : { error: 'none: it loaded', must_mention: [] };
}

export const area: Area = {
  expected: expectedOf,
  async run(c) {
    if (c.json.kind === 'damaged') return damaged(c);
    const inputs = arraysOf(c, c.json.inputs);
    const outputs: { [path: string]: Value } = {};
    let first: Model | undefined;
    for (const file of filesOf(c)) {
      const model = await open(c, file, inputs, first);
      if (!/savedmodel/.test(file.format)) first ??= model;
      const got = result(model(feed(inputs), { training: false }));
      outputs[file.path] = isFields(got) ? got : (Array.isArray(got) ? got : [got]).map(asStored);
    }
    if (first === undefined) throw new Error(`${c.id} has no file with a structure`);
    const out: { [key: string]: Value } = { ...structureOf(c, first), outputs };
    if (isKeras3(c)) {
      const { toJSON } = first as { toJSON?: () => string };
      out.to_json = c.json.to_json === null ? null : reproducible(asSaved(c, fromJson(toJSON?.call(first))));
    }
    return out;
  },
};
