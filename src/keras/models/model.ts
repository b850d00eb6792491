// The base of models: layers that can be trained, saved and summarised.
// Owns: the graph of a functional model, the list of layers, and the methods users call. Leaves training to ../training,
// summaries to summary.ts, files to ../saving, configs of graphs to functional-config.ts.

import type { DType } from '../../base/dtype.ts';
import { StateError, show, ValueError } from '../../base/errors.ts';
import { guardMethods } from '../../base/misuse.ts';
import { isRecord } from '../../base/record.ts';
import type { Shape } from '../../base/shape.ts';
import { mapTree } from '../../base/tree.ts';
import type { Dataset } from '../../data/dataset.ts';
import { hasSymbolic } from '../../ops/core/define.ts';
import type { FileSource } from '../../platform/platform.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { History } from '../callbacks/history.ts';
import type { QuantizationMode } from '../dtype-policy.ts';
import { isLayer, isShape, LayerBase, type Result, shapesOf } from '../layers/layer.ts';
import type { LayerOptions } from '../layers/layer-options.ts';
import { QuantizableLayer, type QuantizeOptions } from '../layers/quantizable-layer.ts';
import type { Tracked } from '../layers/tracking.ts';
import type { Metric } from '../metrics/index.ts';
import type { Optimizer } from '../optimizers/index.ts';
import type { QuantizationConfig } from '../quantizers/configuration.ts';
import { withRecordedArguments } from '../recorded-arguments.ts';
import type { Config, Json } from '../schema.ts';
import { serializeKerasObject } from '../serialization.ts';
import { KerasTensor, type Operation } from '../symbolic/keras-tensor.ts';
import { arraysOf } from '../training/arrays.ts';
import { asBatch, type Batch } from '../training/batch-source.ts';
import { classWeights } from '../training/class-weight.ts';
import { evaluate, fit, predict } from '../training/fit.ts';
import { argumentsOf } from '../training/options.ts';
import { type LossInputs, Trainer } from '../training/trainer.ts';
import type {
  CompileOptions,
  EvaluateOptions,
  FitOptions,
  Labelled,
  OwnCompileOptions,
  RunOptions,
  Scores,
  Source,
  StepData,
  Training,
} from '../training/types.ts';
import type { CallOptions, Inputs, Logs, Options, Structure } from '../types.ts';
import type { Sequence } from '../utils/sequence.ts';
import { graphConfig } from './functional-config.ts';
import { FunctionalGraph } from './functional-graph.ts';
import { printSummary } from './summary.ts';
import type { SummaryOptions } from './summary-parts.ts';

export interface GraphOptions {
  readonly inputs?: unknown;
  readonly outputs?: unknown;
}
export interface ModelQuantizeOptions extends QuantizeOptions {
  readonly filters?: string | readonly string[] | ((layer: LayerBase) => boolean) | null | undefined;
}
export interface ModelOptions extends LayerOptions, GraphOptions {}

export interface OnBatchOptions
  extends Options<{
    sampleWeight: Inputs | null;
    classWeight: Readonly<Record<number, number>> | null;
    returnDict: boolean;
    resetMetrics: boolean;
  }> {}

/** What an exported model takes; null for the batch. */
export interface OnnxOptions
  extends Options<{ inputSignature: readonly { name?: string; shape?: Shape; dtype?: DType }[] }> {}

// Files are read and written by saving/, which knows models: it installs itself here.
export interface Files {
  save(model: ModelBase, path: string, options: object): Promise<void>;
  saveWeights(model: ModelBase, path: string, options: object): Promise<void>;
  loadWeights(model: ModelBase, path: FileSource, options: object): Promise<void>;
  exportOnnx(model: ModelBase, path: string, options: object): Promise<void>;
  export(model: ModelBase, path: string, options: object): Promise<void>;
}
let files: Files | null = null;
export const setModelFiles = (installed: Files): void => {
  files = installed;
};

export class ModelBase<out O extends Structure = Structure> extends LayerBase<O> {
  #history: History | null = null;
  readonly #graph: FunctionalGraph | null = null;
  readonly #trainer: Trainer;

  constructor(options: ModelOptions = {}) {
    const { inputs, outputs, ...rest } = options;
    super(rest);
    this.#trainer = new Trainer(this as ModelBase);
    if (inputs !== undefined || outputs !== undefined) {
      if (inputs === undefined || outputs === undefined)
        throw new ValueError(
          `Model: ${inputs === undefined ? 'inputs are' : 'outputs are'} missing; wanted both: Model({ inputs, outputs }).`,
        );
      this.#graph = new FunctionalGraph(inputs, outputs, this.name);
      this.built = true;
    }
  }

  /** Training, its compiled state and its methods. */
  get trainer(): Trainer {
    return this.#trainer;
  }
  /** The graph of a functional model; null for others. */
  /** Whether shapes within its call follow from values, so that no program can be made of it. */
  get needsValues(): boolean {
    return false;
  }
  get graph(): FunctionalGraph | null {
    return this.#graph;
  }
  protected override get hasOwnBuild(): boolean {
    return Reflect.get(Object.getPrototypeOf(this), 'build') !== ModelBase.prototype.build;
  }

  // ── Structure ───────────────────────────────────────────────────────────────────────────────────────────────────

  protected override tracked(): Tracked<LayerBase> {
    const tracked = super.tracked();
    if (!this.#graph) return tracked;
    const layers = new Set(
      this.#graph.operations.filter((operation) => isLayer(operation as object)) as object[] as LayerBase[],
    );
    for (const layer of tracked.layers) layers.add(layer);
    return { ...tracked, layers: [...layers] };
  }
  get layers(): LayerBase[] {
    return this.sublayers;
  }
  /** The layers and ops of a functional model, from its inputs to its outputs. */
  get operations(): Operation[] {
    return [...this.requireGraph('operations').operations];
  }
  /** The symbolic inputs of a functional model, in a list. */
  get inputs(): Tensor[] {
    return [...this.requireGraph('inputs').inputs];
  }
  get outputs(): Tensor[] {
    return [...this.requireGraph('outputs').outputs];
  }
  protected requireGraph(what: string): FunctionalGraph {
    if (this.graph) return this.graph;
    throw new StateError(
      `model '${this.name}' has no ${what} yet: it is not built. Begin it with an Input, call it on data, or build(inputShape).`,
    );
  }
  override get input(): Structure {
    return this.#graph ? (this.#graph.inputStructure as Structure) : super.input;
  }
  override get output(): Result<this> {
    return (this.#graph ? this.#graph.outputStructure : super.output) as Result<this>;
  }
  get inputShape(): Shape {
    const { inputs } = this.requireGraph('input shape');
    return (inputs.length === 1 ? inputs[0]!.shape : inputs.map((input) => input.shape)) as Shape;
  }
  get outputShape(): Shape {
    const { outputs } = this.requireGraph('output shape');
    return (outputs.length === 1 ? outputs[0]!.shape : outputs.map((output) => output.shape)) as Shape;
  }
  get inputNames(): string[] {
    return this.graph?.inputs.map((input) => input.history!.operation.name) ?? [];
  }
  get outputNames(): string[] {
    return this.graph?.outputs.map((output) => output.history!.operation.name) ?? [];
  }
  /** A layer by its name, or by its position. */
  getLayer(nameOrIndex: string | number | { name?: string; index?: number }): LayerBase<Tensor> {
    const layers = this.layers as LayerBase[] as LayerBase<Tensor>[];
    const wanted = typeof nameOrIndex === 'object' ? (nameOrIndex.name ?? nameOrIndex.index) : nameOrIndex;
    if (typeof wanted === 'number') {
      const found = layers.at(wanted);
      if (found) return found;
      throw new ValueError(`getLayer: model '${this.name}' has ${layers.length} layers, none at ${wanted}.`);
    }
    const found = layers.find((layer) => layer.name === wanted);
    if (found) return found;
    throw new ValueError(
      `getLayer: model '${this.name}' has no layer ${show(wanted)}. Its layers: ${layers.map((layer) => layer.name).join(', ')}.`,
    );
  }

  // ── Calling ─────────────────────────────────────────────────────────────────────────────────────────────────────

  protected override convertInputs(inputs: unknown): unknown {
    return this.#graph ? inputs : super.convertInputs(inputs);
  }
  override call(inputs: Structure, options: CallOptions = {}): O {
    if (!this.#graph) return super.call(inputs, options);
    const outputs = this.#graph.run(inputs, options);
    return (Array.isArray(outputs) && outputs.length === 1 ? outputs[0] : outputs) as O;
  }
  override computeOutputSpec(inputs: Structure, options: CallOptions = {}): Structure {
    const graph = this.graph;
    if (graph) {
      const shapes = JSON.stringify([shapesOf(inputs)]);
      if (
        shapes === JSON.stringify([shapesOf(graph.inputStructure)]) ||
        shapes === JSON.stringify(graph.inputs.map((input) => input.shape))
      ) {
        const outputs = mapTree(
          graph.outputStructure,
          (output) => new KerasTensor((output as KerasTensor).shape, (output as KerasTensor).dtype),
          (value) => value instanceof KerasTensor,
        );
        return (Array.isArray(outputs) && outputs.length === 1 ? outputs[0] : outputs) as Structure;
      }
    }
    return super.computeOutputSpec(inputs, options);
  }
  /** Makes the weights for inputs of that shape, by running `call` on shapes alone. */
  override build(inputShape: Shape): void {
    if (this.#graph || this.built) return;
    const inputs = mapTree(inputShape, (shape) => new KerasTensor(shape as Shape, this.inputDtype), isShape);
    this.computeOutputSpec(inputs as Structure);
  }
  override getBuildConfig(): Config | null {
    return this.#graph ? { input_shape: null } : super.getBuildConfig();
  }

  // ── Training ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Whether the class has a step of its own. */
  hasOwnStep(method: 'trainStep' | 'testStep' | 'computeMetrics'): boolean {
    return this[method] !== ModelBase.prototype[method];
  }
  /** Whether the class compiles in a way of its own. */
  get ownCompile(): boolean {
    return this.compile !== ModelBase.prototype.compile;
  }
  get compiled(): boolean {
    return this.#trainer.compiled;
  }
  get optimizer(): Optimizer {
    return (this.#trainer.state?.optimizer ?? null) as Optimizer;
  }
  /** The history of the last fit, also of one that ended in an error. */
  get history(): History | null {
    return this.#history;
  }
  set history(history: History | null) {
    this.#history = history;
  }
  get stopTraining(): boolean {
    return this.#trainer.stopTraining;
  }
  set stopTraining(value: boolean) {
    this.#trainer.stopTraining = value;
  }
  get stopEvaluating(): boolean {
    return this.#trainer.stopEvaluating;
  }
  set stopEvaluating(value: boolean) {
    this.#trainer.stopEvaluating = value;
  }
  get stopPredicting(): boolean {
    return this.#trainer.stopPredicting;
  }
  set stopPredicting(value: boolean) {
    this.#trainer.stopPredicting = value;
  }
  /** The tracker of the loss, what compile was given (one metric with a record of results), and the metrics in fields. */
  override get metrics(): Metric[] {
    return this.#trainer.collectMetrics() as Metric[];
  }
  get metricsNames(): string[] {
    return this.#trainer.results().map(([name]) => name);
  }
  /** The loss, optimizer and metrics for training. */
  compile(options: CompileOptions | OwnCompileOptions = {}): void {
    this.#trainer.compile(options as CompileOptions);
  }
  /**
   * Keeps the weights of its layers in few bits: `'int8'`, `'int4'`, or `'float8'` products in training; dense layers and embeddings have them.
   *
   * `filters`: a pattern of layer names, several, or a function that says which layers. Compile after it, not before, as far as training goes on.
   */
  override quantize(
    mode: QuantizationMode | QuantizationConfig | null = null,
    { filters = null, ...options }: ModelQuantizeOptions = {},
  ): void {
    const patterns = (typeof filters === 'string' ? [filters] : Array.isArray(filters) ? filters : null)?.map(
      (pattern: string) => new RegExp(pattern),
    );
    for (const layer of this.flattenLayers()) {
      const wanted =
        typeof filters === 'function' ? filters(layer) : (patterns?.some((p) => p.test(layer.name)) ?? true);
      if (wanted && layer instanceof QuantizableLayer) layer.quantize(mode, options);
    }
    this.#trainer.forget();
  }
  /** By what records of inputs name them. */
  get #inputKeys(): readonly string[] {
    const structure = this.#graph?.inputStructure;
    return [...this.inputNames, ...(isRecord(structure) ? Object.keys(structure) : [])];
  }
  fit(data: Source, options?: FitOptions): Training;
  fit(x: Inputs, options: FitOptions): Training;
  fit(options: FitOptions & Labelled): Training;
  fit(x: Inputs, y: Inputs | null, options?: FitOptions): Training;
  fit(...args: unknown[]): Training {
    const { x, y, options } = argumentsOf<FitOptions>('fit', args, this.#inputKeys);
    // biome-ignore lint/suspicious/noFocusedTests: this fit trains.
    return fit(this as ModelBase, x, y, options);
  }
  evaluate(data: Source, options: EvaluateOptions & { returnDict: true }): Promise<Logs>;
  evaluate(data: Source, options?: EvaluateOptions): Promise<Scores>;
  evaluate(options: EvaluateOptions & Labelled & { returnDict: true }): Promise<Logs>;
  evaluate(options: EvaluateOptions & Labelled): Promise<Scores>;
  evaluate(x: Inputs, y: Inputs, options: EvaluateOptions & { returnDict: true }): Promise<Logs>;
  evaluate(x: Inputs, y: Inputs, options?: EvaluateOptions): Promise<Scores>;
  evaluate(...args: unknown[]): Promise<Scores | Logs> {
    const { x, y, options } = argumentsOf<EvaluateOptions>('evaluate', args, this.#inputKeys);
    return evaluate(this as ModelBase, x, y, options);
  }
  predict(options: RunOptions & { readonly x: Inputs | Dataset | Sequence }): Promise<Result<this>>;
  predict(x: Inputs | Dataset | Sequence, options?: RunOptions): Promise<Result<this>>;
  predict(...args: unknown[]): Promise<Result<this>> {
    const { x, options } = argumentsOf<RunOptions>('predict', args, this.#inputKeys);
    return predict(this as ModelBase, x, options) as Promise<Result<this>>;
  }
  trainOnBatch(x: Inputs, y?: Inputs | null, options: OnBatchOptions = {}): Scores | Logs {
    const weight =
      options.classWeight && y !== null && y !== undefined
        ? classWeights(arraysOf(y, 'trainOnBatch: y'), options.classWeight)
        : options.sampleWeight;
    return this.#onBatch('trainOnBatch', x, y, weight, options, (batch) =>
      this.#trainer.runTrain(batch, 'trainOnBatch'),
    );
  }
  testOnBatch(x: Inputs, y?: Inputs | null, options: OnBatchOptions = {}): Scores | Logs {
    return this.#onBatch('testOnBatch', x, y, options.sampleWeight, options, (batch) =>
      this.#trainer.runTest(batch, 'testOnBatch'),
    );
  }
  #onBatch(
    method: string,
    x: Inputs,
    y: Inputs | null | undefined,
    weight: Inputs | null | undefined,
    options: OnBatchOptions,
    run: (batch: Batch) => void,
  ): Scores | Logs {
    this.#trainer.require(method);
    const optional = (value: Inputs | null | undefined, name: string): Structure | null =>
      value === null || value === undefined ? null : arraysOf(value, `${method}: ${name}`);
    const batch: Batch = [arraysOf(x, `${method}: x`), optional(y, 'y'), optional(weight, 'sampleWeight')];
    const logs = this.#trainer.besideRun(() => {
      if (options.resetMetrics ?? true) this.#trainer.resetMetrics();
      run(batch);
      return this.#trainer.readLogs();
    });
    return options.returnDict ? logs : (Object.values(logs) as object as Scores);
  }
  predictOnBatch(x: Inputs): Result<this> {
    return this.#trainer.runPredict(arraysOf(x, 'predictOnBatch: x')) as Result<this>;
  }
  /** One update of the weights with a batch `[x, y, sampleWeight]`; gives the logs. Override it for training of one's own. */
  trainStep(data: StepData): Record<string, Tensor> {
    return this.#trainer.trainStep(asBatch(data)) ?? this.getMetricsResult();
  }
  testStep(data: StepData): Record<string, Tensor> {
    return this.#trainer.testStep(asBatch(data)) ?? this.getMetricsResult();
  }
  predictStep(data: Structure): Structure {
    return this.invoke(data, { training: false }) as Structure;
  }
  /** Updates the metrics that compile was given, and gives all results; override it for metrics of one's own. */
  computeMetrics(options: LossInputs): Record<string, Tensor> {
    this.#trainer.updateMetrics(options);
    return this.getMetricsResult();
  }
  /** The loss of a batch, from its targets and predictions; what layers added included. */
  computeLoss(options: Options<LossInputs>): Tensor {
    return this.#trainer.computeLoss(options);
  }
  getMetricsResult(): Record<string, Tensor> {
    return Object.fromEntries(this.#trainer.results()) as Record<string, Tensor>;
  }
  resetMetrics(): void {
    this.#trainer.resetMetrics();
  }

  // ── Config and files ────────────────────────────────────────────────────────────────────────────────────────────

  override getConfig(): Config {
    if (this.#graph) return graphConfig(this as ModelBase, this.#graph);
    const config = super.getConfig();
    return this.hasConfig ? config : withRecordedArguments(this, config);
  }
  getCompileConfig(): Config | null {
    return this.#trainer.getCompileConfig();
  }
  compileFromConfig(config: Config): void {
    this.#trainer.compileFromConfig(config);
  }
  /** Compiles as another model is, where that is compiled. */
  compileAs(model: ModelBase): void {
    const { state } = model.#trainer;
    if (state) this.#trainer.compileAs(state);
  }
  /** The model's structure, without its weights, as Keras writes it. */
  toJSON(): string {
    return JSON.stringify(serializeKerasObject(this));
  }
  summary(options: SummaryOptions = {}): void {
    printSummary(this as ModelBase, options);
  }
  #files(): Files {
    if (files) return files;
    throw new StateError('saving and loading are not available: import the keras namespace.');
  }
  /** Writes the whole model: `.keras`, `.h5`, or (a name without an end) a SavedModel folder. `download`: in a page, to the user. */
  save(
    path: string,
    options: Options<{ overwrite: boolean; includeOptimizer: boolean; download: boolean }> = {},
  ): Promise<void> {
    return this.#files().save(this as ModelBase, path, options);
  }
  /** Writes a SavedModel for serving: TensorFlow and its serving programs load it. `inputSignature`: what the inputs are. */
  export(
    path: string,
    options: Options<{ format: 'tf_saved_model' | 'onnx'; inputSignature: unknown; verbose: boolean }> = {},
  ): Promise<void> {
    return this.#files().export(this as ModelBase, path, options);
  }
  /** Whether the model can be made again from its config. */
  get hasConfig(): boolean {
    return this.graph !== null || this.getConfig !== ModelBase.prototype.getConfig;
  }
  saveWeights(path: string, options: Options<{ overwrite: boolean }> = {}): Promise<void> {
    return this.#files().saveWeights(this as ModelBase, path, options);
  }
  loadWeights(path: FileSource, options: Options<{ byName: boolean; skipMismatch: boolean }> = {}): Promise<void> {
    return this.#files().loadWeights(this as ModelBase, path, options);
  }
  /**
   * Writes the forward pass at inference as an ONNX model (opset 18) with an open batch size.
   * Models without fixed inputs need `inputSignature: [{ shape: [null, …], dtype }]`.
   */
  exportOnnx(path: string, options: OnnxOptions = {}): Promise<void> {
    return this.#files().exportOnnx(this as ModelBase, path, options);
  }
}

guardMethods(ModelBase.prototype, 'Model', [
  ...(['getLayer', 'summary', 'trainOnBatch', 'testOnBatch', 'predictOnBatch', 'quantize'] as const),
  ...(['computeLoss', 'computeMetrics', 'compileFromConfig'] as const),
]);

/** Whether these arguments of Model make a functional one. */
export const makesGraph = (args: readonly unknown[]): boolean =>
  hasSymbolic(args[0]) ||
  (args[0] !== null && typeof args[0] === 'object' && ('inputs' in args[0] || 'outputs' in args[0]));
export type { Inputs, Json };
