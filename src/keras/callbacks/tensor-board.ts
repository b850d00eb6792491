// TensorBoard: logs, weights, graphs and profiles of a run as event files.
// Source: https://keras.io/api/callbacks/tensorboard/
// Owns: what is written when, under the names that Keras gives. Leaves event files to ../../ops/summary.
import { type Class, callable } from '../../base/callable.ts';
import { show, ValueError } from '../../base/errors.ts';
import { kerasModelEvent } from '../../formats/tensorflow/event-proto.ts';
import { expandDims, reshape, squeeze, transpose } from '../../ops/core/arrange.ts';
import * as summary from '../../ops/summary/index.ts';
import { writeProfile } from '../../ops/summary/trace.ts';
import { joinPath } from '../../platform/path.ts';
import { platform } from '../../platform/platform.ts';
import { startKernelTrace, stopKernelTrace } from '../../runtime/profile.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { imageDataFormat } from '../config.ts';
import type { LayerBase } from '../layers/layer.ts';
import type { ModelBase } from '../models/model.ts';
import * as o from '../schema.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';

type Metadata = string | Readonly<Record<string, string>>;
const metadata = o.any(
  'a path, or a record of paths by the names of layers',
  (value: unknown): value is Metadata =>
    typeof value === 'string' || (value !== null && typeof value === 'object' && !Array.isArray(value)),
);
type Batches = number | string | readonly [first: number, last: number];
const batches = o.any(
  'the number of a batch, two of them, or both in a text',
  (value: unknown): value is Batches =>
    typeof value === 'number' || typeof value === 'string' || (Array.isArray(value) && value.length === 2),
);
const options = o.schema(
  'TensorBoard',
  {
    logDir: o.optional(o.string, 'logs'),
    histogramFreq: o.optional(o.integer({ min: 0 }), 0),
    writeGraph: o.optional(o.boolean, true),
    writeImages: o.optional(o.boolean, false),
    writeStepsPerSecond: o.optional(o.boolean, false),
    updateFreq: o.optional(o.either(o.oneOf('epoch', 'batch'), o.integer({ min: 1 })), 'epoch'),
    profileBatch: o.optional(batches, 0),
    embeddingsFreq: o.optional(o.integer({ min: 0 }), 0),
    embeddingsMetadata: o.optional(o.nullable(metadata), null),
  },
  { positional: ['logDir', 'histogramFreq'] },
);
export interface TensorBoardOptions extends o.OptionsOf<typeof options> {}
type Args =
  | [logDir?: string, options?: TensorBoardOptions]
  | [logDir: string, histogramFreq: number]
  | [options: TensorBoardOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class TensorBoardCallback extends CallbackBase {
  #writers = new Map<'train' | 'validation', summary.SummaryWriter>();
  #batch = 0;
  #isGraphWritten = false;
  #isTracing = false;
  #batchBegan = 0;
  #epochBegan = 0;
  #iterations = 0;
  readonly #profiled: readonly [first: number, last: number];

  constructor(...args: Args) {
    super();
    options.assign(this, args);
    this.#profiled = batchesOf(this.profileBatch);
    // Logs of batches are read out of the engine only for those who listen.
    const listens = this.updateFreq !== 'epoch' || this.writeStepsPerSecond || this.#profiled[0] > 0;
    if (!listens) return;
    Object.defineProperty(this, 'onTrainBatchBegin', { value: () => this.#batchBegin() });
    Object.defineProperty(this, 'onTrainBatchEnd', { value: (_: number, logs: Logs = {}) => this.#batchEnd(logs) });
  }

  #writer(part: 'train' | 'validation'): summary.SummaryWriter {
    let writer = this.#writers.get(part);
    if (!writer) {
      writer = summary.createFileWriter(joinPath(this.logDir, part));
      this.#writers.set(part, writer);
    }
    return writer;
  }
  #scalars(part: 'train' | 'validation', prefix: string, logs: Logs, step: number, suffix = ''): void {
    this.#writer(part).asDefault(() => {
      for (const [name, value] of Object.entries(logs)) summary.scalar(prefix + name + suffix, value, { step });
    });
  }

  override setModel(model: ModelBase): void {
    super.setModel(model);
    this.#writers = new Map();
    this.#isGraphWritten = false;
    if (this.writeGraph && model.graph)
      this.#writer('train').add(kerasModelEvent({ step: 0, wallTime: Date.now() / 1000 }, model.toJSON()));
  }
  override async onTrainBegin(): Promise<void> {
    this.#batch = 0;
    if (this.embeddingsFreq > 0) await this.#describeEmbeddings();
  }
  override async onTrainEnd(): Promise<void> {
    if (this.#isTracing) await this.#stopTrace();
    for (const writer of this.#writers.values()) await writer.close();
    this.#writers = new Map();
  }
  override async onTestEnd(logs: Logs = {}): Promise<void> {
    const { optimizer } = this.model;
    if (!optimizer) return;
    this.#scalars('validation', 'evaluation_', logs, iterationsOf(this.model), '_vs_iterations');
    await this.#writer('validation').flush();
  }

  #batchBegin(): void {
    this.#batch++;
    this.#batchBegan = performance.now();
    if (this.#batch !== this.#profiled[0]) return;
    this.#isTracing = true;
    startKernelTrace();
  }
  async #batchEnd(logs: Logs): Promise<void> {
    const every = this.updateFreq === 'batch' ? 1 : this.updateFreq;
    if (every !== 'epoch' && this.#batch % every === 0) {
      const rate = { steps_per_second: 1000 / Math.max(performance.now() - this.#batchBegan, 1e-6) };
      this.#scalars('train', 'batch_', { ...logs, ...(this.writeStepsPerSecond && rate) }, this.#batch);
    }
    if (this.#isTracing && this.#batch >= this.#profiled[1]) await this.#stopTrace();
  }
  async #stopTrace(): Promise<void> {
    this.#isTracing = false;
    const events = stopKernelTrace();
    await writeProfile(joinPath(this.logDir, 'train'), `batch_${this.#profiled[1]}`, events);
  }

  override onEpochBegin(): void {
    this.#epochBegan = performance.now();
    if (this.writeStepsPerSecond) this.#iterations = iterationsOf(this.model);
  }
  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const train: Logs = {};
    const validation: Logs = {};
    for (const [name, value] of Object.entries(logs)) {
      if (name.startsWith('val_')) validation[name.slice(4)] = value;
      else train[name] = value;
    }
    const { optimizer } = this.model;
    if (optimizer) train.learning_rate = optimizer.learningRate.item();
    if (this.writeStepsPerSecond)
      train.steps_per_second =
        (iterationsOf(this.model) - this.#iterations) / ((performance.now() - this.#epochBegan) / 1000);
    this.#scalars('train', 'epoch_', train, epoch);
    if (Object.keys(validation).length > 0) this.#scalars('validation', 'epoch_', validation, epoch);
    if (this.writeGraph && !this.#isGraphWritten) this.#writeGraph();
    if (this.histogramFreq > 0 && epoch % this.histogramFreq === 0) this.#writeWeights(epoch);
    if (this.embeddingsFreq > 0 && epoch % this.embeddingsFreq === 0) await this.#writeEmbeddings(epoch);
    // What cannot be written is heard of where it happens.
    for (const writer of this.#writers.values()) await writer.flush();
  }

  /** The training step as it was traced: every operation of forward pass, gradients and update, by layers. */
  #writeGraph(): void {
    this.#isGraphWritten = true;
    const { tracedStep } = this.model.trainer;
    if (tracedStep) this.#writer('train').asDefault(() => summary.graph({ tracedGraph: tracedStep }));
  }
  #writeWeights(step: number): void {
    this.#writer('train').asDefault(() => {
      for (const layer of this.model.layers)
        for (const weight of layer.weights) {
          const name = weight.path.replaceAll(':', '_');
          const value = weight.snapshot();
          summary.histogram(`${name}/histogram`, value, { step });
          const picture = this.writeImages ? pictureOf(value) : null;
          if (picture) summary.image(`${name}/image`, picture, { step });
        }
    });
  }

  #embeddings(): LayerBase[] {
    return this.model.layers.filter((layer) => layer.constructor.name === 'Embedding');
  }
  #tableOf(layer: LayerBase): string {
    return `train/${layer.name}.tsv`;
  }
  /** The projector's settings: for each embedding its table, and labels where they were given. */
  async #describeEmbeddings(): Promise<void> {
    const given = this.embeddingsMetadata;
    const layers = this.#embeddings();
    if (given !== null && typeof given === 'object') {
      const unknown = Object.keys(given).find((name) => layers.every((layer) => layer.name !== name));
      if (unknown !== undefined)
        throw new ValueError(
          `TensorBoard: embeddingsMetadata: the model has no embedding layer '${unknown}'; wanted one of ${layers.map(({ name }) => name).join(', ') || '(none)'}.`,
        );
    }
    const entries = layers.map((layer) => {
      const path = typeof given === 'string' ? given : given?.[layer.name];
      const lines = [`  tensor_name: ${JSON.stringify(layer.weights[0]?.path ?? layer.name)}`];
      if (path) lines.push(`  metadata_path: ${JSON.stringify(path)}`);
      lines.push(`  tensor_path: ${JSON.stringify(this.#tableOf(layer))}`);
      return `embeddings {\n${lines.join('\n')}\n}\n`;
    });
    await platform().writeFile(joinPath(this.logDir, 'projector_config.pbtxt'), entries.join(''));
  }
  async #writeEmbeddings(epoch: number): Promise<void> {
    await this.model.saveWeights(joinPath(this.logDir, 'train', `keras_embedding.ckpt-${epoch}.weights.h5`));
    for (const layer of this.#embeddings()) {
      const rows = layer.weights[0]!.snapshot().arraySync() as number[][];
      const table = rows.map((row) => `${row.join('\t')}\n`).join('');
      await platform().writeFile(joinPath(this.logDir, this.#tableOf(layer)), table);
    }
  }
}

/** First and last of the batches to be profiled, from 1; 0: none. */
function batchesOf(given: Batches): readonly [number, number] {
  const list = typeof given === 'string' ? given.split(',').map(Number) : typeof given === 'number' ? [given] : given;
  const [first, last = first] = list;
  const isWhole = Number.isInteger(first) && Number.isInteger(last) && list.length <= 2;
  if (!isWhole || first! < 0 || last! < first!)
    throw new ValueError(
      `TensorBoard: profileBatch: found ${show(given)}, wanted the number of a batch from 1, or two such as [10, 20]; 0 for none.`,
    );
  return [first!, last!];
}
const iterationsOf = (model: ModelBase): number => Number(model.optimizer.iterations.item());
/** A weight as a picture, or several: null where it has no such shape. */
function pictureOf(weight: Tensor): Tensor | null {
  const plain = squeeze(weight);
  const { rank, dims } = plain;
  if (rank === 1) return reshape(plain, [1, dims[0]!, 1, 1]);
  if (rank === 2) {
    const wide = dims[0]! > dims[1]! ? transpose(plain) : plain;
    return expandDims(expandDims(wide, 0), -1);
  }
  if (rank === 3) return expandDims(imageDataFormat() === 'channels_last' ? transpose(plain, [2, 0, 1]) : plain, -1);
  return rank === 4 && [1, 3, 4].includes(dims[3]!) ? plain : null;
}
interface TensorBoardCallback extends o.ValuesOf<typeof options> {}
export interface TensorBoard extends TensorBoardCallback {}
/** @example tf.keras.callbacks.TensorBoard({ logDir: 'logs', histogramFreq: 1 }) */
export const TensorBoard: Class<Args, TensorBoard> = callable(TensorBoardCallback, 'TensorBoard');
