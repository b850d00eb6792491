// The base of all layers and models: a function object with weights.
// Owns: naming, building, calling (inputs, dtype, training, masks, losses), weights and their lists, config. Leaves the
// walk over fields to tracking.ts, symbolic shapes to ../symbolic, options to layer-options.ts.

import { type DType, dtypes, isFloating } from '../../base/dtype.ts';
import { ShapeError, StateError, show, ValueError } from '../../base/errors.ts';
import { FunctionObject } from '../../base/function-object.ts';
import { guardMethods } from '../../base/misuse.ts';
import { isRecord } from '../../base/record.ts';
import { type Shape, showShape, sizeOf } from '../../base/shape.ts';
import { shortForm } from '../../base/short-form.ts';
import { flattenTree, mapTree, packTree } from '../../base/tree.ts';
import { convertToTensor, withVariablesAs } from '../../ops/core/convert.ts';
import { zeros } from '../../ops/core/create.ts';
import { hasSymbolic } from '../../ops/core/define.ts';
import type { Variable } from '../../ops/core/variable.ts';
import { cast } from '../../ops/math/elementwise.ts';
import { currentTrace, withTrace } from '../../runtime/execute.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { withScope } from '../../runtime/trace.ts';
import { PendingValue } from '../../runtime/variable.ts';
import * as constraints from '../constraints/index.ts';
import { type DTypePolicy, DTypePolicyMap, getPolicy, policyConfig, type QuantizationMode } from '../dtype-policy.ts';
import * as initializers from '../initializers/index.ts';
import { Initializer_ } from '../initializers/initializer.ts';
import { countWeight, isLoading } from '../loading.ts';
import { constructFrom, withRecordedArguments } from '../recorded-arguments.ts';
import * as regularizers from '../regularizers/index.ts';
import { currentRemat, withRemat } from '../remat.ts';
import { type Config, camelCase, type Json, Schema, type SchemaLike } from '../schema.ts';
import { type Serializable, serializeKerasObject } from '../serialization.ts';
import { autoName, currentPath, nameScope } from '../session.ts';
import { isTensor, KerasTensor, kerasTensorsIn, Node, type Operation, onlyCall } from '../symbolic/keras-tensor.ts';
import { maskOf, masksOf, setMask } from '../symbolic/mask.ts';
import { hasUnknown, symbolicResult } from '../symbolic/output-spec.ts';
import type { CallOptions, Inputs, Structure, TensorLike } from '../types.ts';
import { callContext, withBatchOpen, withCallContext } from './call-context.ts';
import { inLayer, noOutputs } from './call-errors.ts';
import { checkInputs, type InputSpec } from './input-spec.ts';
import { activityLoss, weightLosses } from './layer-losses.ts';
import { type BaseValues, baseDefinitions, type LayerOptions } from './layer-options.ts';
import { setLayerWeights } from './layer-weights.ts';
import { type SavedWeight, savedAsIs } from './saved-weights.ts';
import { callStateless, type StatelessResult } from './stateless-call.ts';
import { type Tracked, trackedParts } from './tracking.ts';
import { Weight } from './weight.ts';
import { type WeightArguments, type WeightOptions, weightOptions } from './weight-options.ts';

export type { WeightOptions } from './weight-options.ts';

/** What a layer or model gives when called: what its own `call` gives, also where a subclass overrides it. */
export type Result<L> = L extends { call(...args: never): infer R } ? R : never;

const baseSchema = new Schema('Layer', baseDefinitions, {});
/** Layers that hold losses of their last call. */
const holders = new Set<LayerBase>();

export const isLayer = (value: object): value is LayerBase => value instanceof LayerBase;

/** Smaller weights get their first values at once. */
const WORTH_WAITING = 1024;

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances are functions.
export class LayerBase<out O extends Structure = Structure> extends FunctionObject implements Operation, Serializable {
  /** Whether the weights exist. */
  built = false;
  /** What is asked of inputs; set it in the constructor or in `build`. */
  inputSpec: InputSpec | null = null;
  /** Whether masks pass through. */
  supportsMasking = false;
  readonly #schema: SchemaLike | null;
  readonly #values: BaseValues;
  #trainable: boolean;
  #policy: DTypePolicy;
  #path: string | null = null;
  #created: Weight[] = [];
  #losses: Tensor[] = [];
  #warnedOfMask = false;
  #buildShape: unknown = undefined;
  /** Shapes of further arguments, where `call` takes several by position. */
  #moreShapes: readonly unknown[] = [];
  /** What of it is computed again for gradients: the scope in which it was made. */
  readonly #remat = currentRemat();
  readonly #inbound: Node[] = [];
  readonly #outbound: Node[] = [];

  constructor(options: LayerOptions);
  constructor(schema: SchemaLike | null, args: readonly unknown[]);
  constructor(options?: LayerOptions);
  constructor(schemaOrOptions: LayerOptions | SchemaLike | null = {}, args: readonly unknown[] = []) {
    const schema = schemaOrOptions instanceof Schema ? schemaOrOptions : null;
    const className = new.target.name;
    const values = (schema ? schema.parse(args) : baseSchema.parse([schemaOrOptions ?? {}])) as BaseValues;
    super(values.name ?? autoName(className));
    this.#schema = schema;
    this.#values = values;
    this.#trainable = values.trainable;
    this.#policy = values.dtype ?? getPolicy(null);
    if (schema)
      for (const key of Object.keys(schema.definitions))
        if (schema.definitions[key] !== Reflect.get(baseDefinitions, key))
          Reflect.set(this, key, Reflect.get(values, key));
    for (const name of ['inputShape', 'activityRegularizer', 'built', 'inputSpec', 'supportsMasking'])
      if (Object.hasOwn(this, name)) Object.defineProperty(this, name, { enumerable: false });
    const own = this.build;
    if (own === LayerBase.prototype.build) {
      // Layers whose call makes no weights have nothing to wait for.
      this.built = schema !== null;
    }
    Object.defineProperty(this, 'build', {
      value: (...shapes: readonly unknown[]) => this.#build(own, shapes),
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }

  // ── What it is ──────────────────────────────────────────────────────────────────────────────────────────────────

  get dtypePolicy(): DTypePolicy {
    return this.#policy;
  }
  set dtypePolicy(policy: DTypePolicy) {
    this.#policy = getPolicy(policy);
  }
  /** The policy that holds for this layer: where the one given is a map, that of its path, or of the path that it would get here. */
  get #ownPolicy(): DTypePolicy {
    if (!(this.#policy instanceof DTypePolicyMap)) return this.#policy;
    return this.#policy.get(this.#path ?? [currentPath(), this.name].filter(Boolean).join('/'));
  }
  /** The dtype of the weights. */
  get dtype(): DType {
    return this.#ownPolicy.variableDtype;
  }
  get variableDtype(): DType {
    return this.#ownPolicy.variableDtype;
  }
  /** How the weights are kept: in `int8` or `int4` codes, in `float8` products; null: as floats. */
  get quantizationMode(): QuantizationMode | null {
    return this.#ownPolicy.quantizationMode;
  }
  get computeDtype(): DType {
    return this.#ownPolicy.computeDtype;
  }
  get activityRegularizer(): ((x: Tensor) => Tensor) | null {
    return this.#values.activityRegularizer ?? null;
  }
  /** `model/dense`, once built. */
  get path(): string | null {
    return this.#path;
  }
  /** The shape, with the batch, that the layer was declared to take, if it was. */
  get declaredInputShape(): Shape | null {
    const { inputShape, batchInputShape, inputDim, batchSize } = this.#values;
    if (batchInputShape) return batchInputShape;
    if (inputShape) return [batchSize ?? null, ...inputShape];
    return inputDim === null || !this.declaredByDim ? null : [batchSize ?? null, inputDim];
  }
  /** Whether `inputDim` declares the input's shape; not where it is an option of the layer's own. */
  protected get declaredByDim(): boolean {
    return true;
  }
  get inboundNodes(): Node[] {
    return this.#inbound;
  }
  get outboundNodes(): Node[] {
    return this.#outbound;
  }
  #single(what: string): Node {
    return onlyCall(this, what, 'layer', 'Call it on an Input, or build the model with an input shape');
  }
  /** The symbolic input of its only call. */
  get input(): Structure {
    return this.#single('input').args[0] as Structure;
  }
  get output(): Result<this> {
    return this.#single('output').result as Result<this>;
  }

  // ── Weights ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Variables, layers, metrics and seed generators in the fields of this object. */
  protected tracked(): Tracked<LayerBase> {
    return trackedParts(this, this.#created, isLayer);
  }
  /** The layers directly inside. */
  get sublayers(): LayerBase[] {
    return this.tracked().layers;
  }
  /** This layer's own variables, not those of layers inside: what files hold for it. */
  get ownWeights(): Variable[] {
    const { trainable, nonTrainable } = this.tracked();
    return [...trainable, ...nonTrainable];
  }
  #collect(withState: boolean, seen: Set<object> = new Set()): Variable[] {
    const list: Variable[] = [];
    const add = (variable: Variable): void => {
      if (!seen.has(variable)) {
        seen.add(variable);
        list.push(variable);
      }
    };
    const visit = (layer: LayerBase): void => {
      if (seen.has(layer)) return;
      seen.add(layer);
      const { trainable, nonTrainable, layers, seeds } = layer.tracked();
      trainable.forEach(add);
      nonTrainable.forEach(add);
      if (withState) for (const seed of seeds) add(seed.state);
      layers.forEach(visit);
    };
    visit(this);
    return list;
  }
  /** Every variable, states of random generators included. */
  get variables(): Variable[] {
    return this.#collect(true);
  }
  get trainableVariables(): Variable[] {
    return this.#trainable ? this.variables.filter((variable) => variable.trainable) : [];
  }
  get nonTrainableVariables(): Variable[] {
    return this.#trainable ? this.variables.filter((variable) => !variable.trainable) : this.variables;
  }
  /** The variables that are the layer's memory: without states of random generators and metrics. */
  get weights(): Variable[] {
    return this.#collect(false);
  }
  get trainableWeights(): Variable[] {
    return this.#trainable ? this.weights.filter((variable) => variable.trainable) : [];
  }
  get nonTrainableWeights(): Variable[] {
    return this.#trainable ? this.weights.filter((variable) => !variable.trainable) : this.weights;
  }
  get trainable(): boolean {
    return this.#trainable;
  }
  set trainable(value: boolean) {
    this.#trainable = Boolean(value);
    const { trainable, layers } = this.tracked();
    for (const variable of trainable) variable.trainable = this.#trainable;
    for (const layer of layers) layer.trainable = value;
  }

  /** A new variable of this layer. */
  addWeight(...args: WeightArguments): Variable {
    const options = weightOptions(this.name, args);
    if (options.shape && !isShape(options.shape))
      throw new ValueError(
        `layer '${this.name}': addWeight: shape: found ${show(options.shape)}, wanted a list of whole numbers; a name goes by name: { name: 'kernel' }.`,
      );
    const dtype = options.dtype ?? this.variableDtype;
    const dims = (options.shape ?? []).map((n, axis) => {
      if (n === null)
        throw new ShapeError(
          `layer '${this.name}': addWeight '${options.name ?? ''}': dimension ${axis} of shape ${showShape(options.shape!)} is not known; wanted whole numbers. Give the input's shape in full, for example in Input({ shape }).`,
        );
      return n;
    });
    const initializer = initializers.get(options.initializer ?? (isFloating(dtype) ? 'glorot_uniform' : 'zeros'));
    if (!initializer) throw new ValueError(`layer '${this.name}': addWeight: no initializer.`);
    const name = options.name ?? autoName('variable');
    return nameScope(
      this.name,
      () => {
        const path = `${currentPath()}/${name}`;
        countWeight(
          sizeOf(dims) * (dtypes[dtype].bits / 8),
          () => `layer '${this.name}': weight '${path}' of shape ${showShape(dims)}`,
        );
        const loading = isLoading();
        const make = () =>
          withTrace(null, () => (loading ? zeros(dims, { dtype }) : cast(initializer(dims, { dtype }), dtype)));
        const repeats = loading || (initializer instanceof Initializer_ && initializer.isRepeatable);
        const waits = repeats && sizeOf(dims) >= WORTH_WAITING;
        const weight = new Weight(waits ? new PendingValue(dtype, dims, make) : make(), {
          name,
          path,
          trainable: options.trainable ?? true,
          regularizer: regularizers.get(options.regularizer ?? null),
          constraint: constraints.get(options.constraint ?? null),
        });
        if (!this.#trainable) weight.trainable = false;
        if (options.autocast === false) weight.autocast = false;
        this.#created.push(weight);
        return weight;
      },
      this,
    );
  }
  /** Forgets a weight of `addWeight`, for another takes its place. */
  protected removeWeight(weight: Variable): void {
    this.#created = this.#created.filter((own) => own !== weight);
  }
  getWeights(): Tensor[] {
    return this.weights.map((variable) => variable.snapshot());
  }
  setWeights(values: readonly TensorLike[]): void {
    setLayerWeights(this, values);
  }
  /** The same as `addWeight`. */
  protected addVariable(options: WeightOptions = {}): Variable {
    return this.addWeight(options);
  }
  /** Puts the layer's own variables into a record by number, as files hold them. */
  saveOwnVariables(store: Record<string, Tensor>): void {
    this.savedWeights().forEach((weight, i) => {
      store[String(i)] = weight.value();
    });
  }
  /** Takes them from such a record. */
  loadOwnVariables(store: Readonly<Record<string, TensorLike>>): void {
    const variables = this.savedWeights().map((weight) => weight.variable);
    setLayerWeights({ name: this.name, weights: variables }, Object.values(store));
    this.weightsLoaded();
  }
  /**
   * The call as a function of the variables' values: `[outputs, nonTrainableVariables]`, with `returnLosses` the losses third.
   * No variable changes; gradients reach the values that are given.
   */
  statelessCall(
    trainableVariables: readonly TensorLike[],
    nonTrainableVariables: readonly TensorLike[],
    ...args: readonly unknown[]
  ): StatelessResult {
    return callStateless(this, trainableVariables, nonTrainableVariables, args);
  }
  countParams(): number {
    if (!this.built)
      throw new StateError(
        `layer '${this.name}' is not built, so its weights cannot be counted. Call it on data, or build it: layer.build(inputShape).`,
      );
    return this.weights.reduce((sum, variable) => sum + sizeOf(variable.dims), 0);
  }

  /** Keeps the weights in few bits; layers of products and embeddings override it. */
  quantize(_mode: unknown = null, _options: object = {}): void {
    throw new StateError(
      `quantize of layer '${this.name}': ${this.constructor.name} has no quantized form; Dense, EinsumDense, Embedding and ReversibleEmbedding have.`,
    );
  }

  // ── Building ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Makes the weights, once the input's shape is known. Override it; the shape is a list of shapes for several inputs. */
  build(_inputShape: Shape): void {
    this.built = true;
  }
  #build(own: (inputShape: Shape) => void, shapes: readonly unknown[]): void {
    nameScope(
      this.name,
      () => {
        this.#path = currentPath();
        Reflect.apply(own, this, shapes);
      },
      this,
    );
    [this.#buildShape, ...this.#moreShapes] = withBatchOpen(shapes);
    this.built = true;
  }
  /** Whether the class makes weights in a `build` of its own, rather than in its parts as they are called. */
  protected get hasOwnBuild(): boolean {
    return isOverridden(this, 'build');
  }
  getBuildConfig(): Config | null {
    if (this.#buildShape === undefined) return null;
    const shapes = { input_shape: this.#buildShape as Json };
    const more = this.#moreShapes.map((shape, i) => [`input_shape_${i + 1}`, shape as Json] as const);
    return more.length === 0 ? shapes : { shapes_dict: { ...shapes, ...Object.fromEntries(more) } };
  }
  buildFromConfig(config: Config): void {
    if (config.input_shape !== undefined && config.input_shape !== null) this.build(config.input_shape as Shape);
    else if (config.shapes_dict) Reflect.apply(this.build, this, Object.values(config.shapes_dict as Config));
  }

  // ── Calling ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** What the layer computes. Override it. */
  call(inputs: Structure, _options?: CallOptions): O {
    throw new StateError(
      `layer '${this.name}' (${this.constructor.name}) has no call method, so it cannot be applied to ${show(inputs)}; write call(inputs) { … } in its class.`,
    );
  }
  run(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): unknown {
    return this.invoke(args[0] as Inputs, ...args.slice(1), kwargs);
  }
  /** A weight, or any tensor, in the dtype in which the layer computes. */
  protected inComputeDtype<T extends Tensor>(x: T): Tensor {
    return isFloating(x.dtype) && x.dtype !== this.computeDtype ? cast(x, this.computeDtype) : x;
  }
  /** Layers of our own bring their weights to the dtype themselves; those of a program's own have them read in it. */
  get #variablesAs(): DType | null {
    if (this.#schema || !this.#values.autocast || this.computeDtype === this.variableDtype) return null;
    return isFloating(this.computeDtype) ? this.computeDtype : null;
  }
  #convert(leaf: unknown): unknown {
    if (leaf === null || leaf === undefined) return leaf;
    if (!(leaf instanceof Tensor) && typeof leaf === 'object' && !Array.isArray(leaf) && !ArrayBuffer.isView(leaf))
      return leaf;
    const plain = !(leaf instanceof Tensor);
    const tensor = plain ? convertToTensor(leaf as TensorLike, undefined, `layer '${this.name}': inputs`) : leaf;
    const wanted = this.inputDtype;
    const should =
      this.#values.autocast &&
      isFloating(wanted) &&
      tensor.dtype !== wanted &&
      (isFloating(tensor.dtype) || (plain && tensor.weak));
    if (!should) return tensor;
    // A symbolic input stays the layer's input: its conversion is no operation of the model.
    const converted = tensor instanceof KerasTensor ? new KerasTensor(tensor.shape, wanted) : cast(tensor, wanted);
    const mask = maskOf(tensor);
    if (mask) setMask(converted, mask);
    return converted;
  }
  /** The dtype that floating inputs are converted to. */
  get inputDtype(): DType {
    return this.computeDtype;
  }
  protected convertInputs(inputs: unknown): unknown {
    return inputs instanceof Tensor
      ? this.#convert(inputs)
      : mapTree(inputs, (leaf) => this.#convert(leaf), isWholeInput);
  }

  /** Applies the layer: what `layer(inputs, options)` does, or `layer(a, b, options)` where `call` takes several tensors. */
  override invoke(inputs: Inputs, ...rest: readonly unknown[]): Result<this> {
    const named = isOptions(rest.at(-1));
    const options: CallOptions = (named ? rest.at(-1) : undefined) ?? {};
    const others = named ? rest.slice(0, -1) : rest;
    if (inputs === undefined)
      throw new ValueError(
        `layer '${this.name}' was called without inputs; wanted a tensor, or tensors in a list or record.`,
      );
    if (hasSymbolic(inputs) || hasSymbolic(options) || hasSymbolic(others))
      return this.#symbolicCall(inputs, others, options);
    const args = this.convertInputs(inputs);
    const more = others.map((other) => this.convertInputs(other));
    const outer = callContext();
    if (!outer && holders.size > 0) this.clearLosses();
    const training = options.training ?? outer?.training;
    return nameScope(
      this.name,
      () => {
        this.#prepare(args, more);
        const mask = options.mask ?? masksOf(args);
        // As in Keras, the mask that the input carries is an argument of `call` where the input is the only tensor given.
        const given = options.mask ?? (mask && !hasTensors(options) && more.length === 0 ? mask : null);
        const outputs = withRemat(this.#remat, this, [args, ...more], ([first, ...others]) =>
          withCallContext({ training }, () =>
            withScope(this.name, () =>
              withVariablesAs(this.#variablesAs, () =>
                this.#call(first, others, { ...options, training, mask: given as Structure | null }),
              ),
            ),
          ),
        );
        this.#path ??= currentPath();
        this.built = true;
        const regularizer = this.activityRegularizer;
        if (regularizer) for (const output of leaves(outputs)) this.addLoss(activityLoss(regularizer, output));
        if (mask !== null && mask !== undefined) this.#passMask(args, mask, outputs);
        else if (this.#makesMask) this.#passMask(args, null, outputs);
        return outputs as Result<this>;
      },
      this,
    );
  }
  /** `call` with its first argument, further tensors by position, and the options after them. */
  #call(inputs: unknown, more: readonly unknown[], options: CallOptions): Structure {
    try {
      const outputs: unknown =
        more.length === 0
          ? this.call(inputs as Structure, options)
          : Reflect.apply(this.call as (...args: unknown[]) => O, this, [inputs, ...more, options]);
      if (outputs === undefined || outputs instanceof Promise) {
        outputs?.catch(() => {});
        throw noOutputs(this, outputs);
      }
      return outputs as Structure;
    } catch (error) {
      throw inLayer(error, this, inputs);
    }
  }
  #prepare(args: unknown, more: readonly unknown[]): void {
    if (this.inputSpec) checkInputs(this.inputSpec, args, this.name);
    if (this.built) return;
    if (this.#buildShape === undefined) {
      const shape = shapesOf(args);
      if (!this.hasOwnBuild) {
        this.#path = currentPath();
        this.#buildShape = withBatchOpen(shape);
        return;
      }
      Reflect.apply(this.build, this, [shape, ...more.map(shapesOf)]);
      this.#takeWeights();
      if (this.inputSpec) checkInputs(this.inputSpec, args, this.name);
    }
  }
  /** The option `weights`: what the layer starts from. */
  #takeWeights(): void {
    const given = this.#values.weights as readonly TensorLike[] | null | undefined;
    if (given && this.weights.length > 0) this.setWeights(given);
  }
  get #makesMask(): boolean {
    return this.computeMask !== LayerBase.prototype.computeMask;
  }
  /** Whether `call` has a mask among its arguments: functional models then show it as an input of the layer, as Keras's do. */
  protected get takesMask(): boolean {
    return false;
  }
  /** As operations of the model. Where a class's `computeMask` wants values, masks are still passed on when it runs. */
  #passSymbolicMask(inputs: unknown, mask: unknown, outputs: unknown): void {
    try {
      this.#passMask(inputs, mask, outputs);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
    }
  }
  #passMask(inputs: unknown, mask: unknown, outputs: unknown): void {
    const list = leaves(outputs);
    if (list.every((output) => maskOf(output) !== null)) return;
    if (!this.supportsMasking && !this.#makesMask) {
      // Models and classes of the user's own may do with masks what they like inside.
      if (this.#schema && !this.#warnedOfMask)
        console.warn(
          `layer '${this.name}' (${this.constructor.name}) was given an input with a mask, but passes none on: layers after it see every step. Set supportsMasking, where its output has the steps of its input.`,
        );
      this.#warnedOfMask = true;
      return;
    }
    const computed = this.computeMask(inputs as Structure, mask as Structure | null);
    if (computed === null || computed === undefined) return;
    const masks = isTensor(computed) ? [computed] : flattenTree(computed, isTensor);
    list.forEach((output, i) => {
      const own = masks[i];
      if (isTensor(own) && maskOf(output) === null) setMask(output, own);
    });
  }
  /** The mask of the output. Without an override: the input's, where the layer supports masks. */
  computeMask(_inputs: Structure, mask: Structure | null): Structure | null {
    return this.supportsMasking ? mask : null;
  }

  #symbolicCall(inputs: Inputs, others: readonly unknown[], options: CallOptions): Result<this> {
    const args = this.convertInputs(inputs);
    const more = others.map((other) => this.convertInputs(other));
    return nameScope(
      this.name,
      () => {
        this.#prepare(args, more);
        const carried = masksOf(inputs);
        const alone = !options.mask && !hasTensors(options) && others.length === 0;
        const given = this.takesMask && alone && isTensor(carried) ? { ...options, mask: carried } : options;
        // A `call` of the user's own gets the mask here as it does when it runs: it may compute with it.
        const toCall = alone && carried && !this.#schema ? { ...options, mask: carried as Structure } : given;
        const result = this.computeOutputSpec(args as Structure, toCall, more);
        this.built = true;
        const { positional, named } = this.nodeArguments(inputs, given, others);
        const node = new Node(this, positional, named, fresh(result));
        const mask = options.mask ?? carried;
        if (mask || this.#makesMask) this.#passSymbolicMask(inputs, mask, node.result);
        return node.result as Result<this>;
      },
      this,
    );
  }
  /** How files write the call: what stands by position, what by name. */
  protected nodeArguments(
    inputs: unknown,
    options: CallOptions,
    more: readonly unknown[] = [],
  ): { readonly positional: readonly unknown[]; readonly named: Readonly<Record<string, unknown>> } {
    return { positional: [inputs, ...more], named: options as Record<string, unknown> };
  }
  /** Symbolic tensors of the output's shapes and dtypes. */
  computeOutputSpec(inputs: Structure, options: CallOptions = {}, more: readonly unknown[] = []): Structure {
    if (isOverridden(this, 'computeOutputShape')) {
      const shapes = Reflect.apply(this.computeOutputShape, this, [inputs, ...more].map(shapesOf));
      return mapTree(shapes, (shape) => new KerasTensor(shape as Shape, this.computeDtype), isShape) as Structure;
    }
    const symbolic = kerasTensorsIn([inputs, more, options]);
    try {
      return symbolicResult(hasUnknown(symbolic), (replace) =>
        withCallContext({ training: options.training ?? undefined }, () =>
          withVariablesAs(this.#variablesAs, () =>
            this.#call(replace(inputs), more.map(replace), replace(options) as CallOptions),
          ),
        ),
      ) as Structure;
    } finally {
      this.clearLosses();
    }
  }
  /** The output's shape for an input's. */
  computeOutputShape(inputShape: Shape): Shape {
    const inputs = mapTree(inputShape, (shape) => new KerasTensor(shape as Shape, this.inputDtype), isShape);
    return shapesOf(this.computeOutputSpec(inputs as Structure)) as Shape;
  }

  // ── Losses ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Adds to the loss of the model, for this call. */
  addLoss(loss: Tensor | readonly Tensor[]): void {
    for (const item of Array.isArray(loss) ? (loss as readonly Tensor[]) : [loss as Tensor]) this.#losses.push(item);
    holders.add(this);
  }
  clearLosses(): void {
    if (holders.size === 0) return;
    for (const layer of this.flattenLayers()) {
      if (holders.delete(layer)) layer.#losses = [];
    }
  }
  /** This layer and all inside it. */
  flattenLayers(): LayerBase[] {
    const list = new Set<LayerBase>();
    const visit = (layer: LayerBase): void => {
      if (list.has(layer)) return;
      list.add(layer);
      layer.sublayers.forEach(visit);
    };
    visit(this);
    return [...list];
  }
  /** Losses of the last call (addLoss, activity regularizers) and of the weights' regularizers. */
  get losses(): Tensor[] {
    const own = holders.size === 0 ? [] : this.flattenLayers().flatMap((layer) => layer.#losses);
    return [
      ...own.filter((loss) => currentTrace() !== null || loss.graphValue === null),
      ...weightLosses(this.trainableWeights),
    ];
  }
  addMetric(): never {
    throw new StateError(
      `layer '${this.name}': addMetric is no more: give metrics to compile({ metrics }), or keep a metric in a field and call its updateState.`,
    );
  }
  /** The metrics in this layer's own fields. */
  get ownMetrics(): Tracked<LayerBase>['metrics'] {
    return this.tracked().metrics;
  }
  /** The metrics in this layer's fields and in those of the layers inside. */
  get metrics(): Tracked<LayerBase>['metrics'] {
    return this.flattenLayers().flatMap((layer) => layer.tracked().metrics);
  }

  /** The variables of those metrics. */
  get metricsVariables(): Tracked<LayerBase>['metrics'][number]['variables'] {
    return this.metrics.flatMap((metric) => metric.variables);
  }

  /** What files hold of this layer itself: its variables, in their order, and the values that are written for them. */
  savedWeights(): SavedWeight[] {
    return this.ownWeights.map(savedAsIs);
  }
  /** Called when the variables of `savedWeights` have been set from a file. */
  weightsLoaded(): void {}
  /** What files hold of the parts of this layer: the names of fields (as here, in camelCase) and what is in them. */
  savedChildren(): [name: string, child: unknown][] {
    return Object.keys(this).map((key) => [key, Reflect.get(this, key)]);
  }

  // ── Config ──────────────────────────────────────────────────────────────────────────────────────────────────────

  getConfig(): Config {
    const config: Config = { name: this.name, trainable: this.#trainable, dtype: policyConfig(this.#policy) };
    if (this.activityRegularizer) config.activity_regularizer = serializeKerasObject(this.activityRegularizer);
    if (this.#schema) return { ...config, ...this.#schema.toConfig(this) };
    return this.getConfig === LayerBase.prototype.getConfig ? withRecordedArguments(this, config) : config;
  }
  static readonly schema: SchemaLike | null = null;
  static fromConfig(config: Config): unknown {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    const { schema } = this;
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return schema ? Reflect.construct(this, [schema.fromConfig(config)]) : constructFrom(this, upgraded(config));
  }
  override toString(): string {
    return shortForm(this, { name: this.name, built: this.built });
  }
}

guardMethods(LayerBase.prototype, 'Layer', ['addWeight', 'setWeights', 'quantize', 'loadOwnVariables']);

// biome-ignore lint/correctness/noUnusedVariables: the same type parameters as the class.
export interface LayerBase<out O extends Structure = Structure> {
  // biome-ignore lint/style/useShorthandFunctionType: the interface is merged with the class.
  (inputs: Inputs, options?: CallOptions): Result<this>;
}

/** A whole input: one tensor, also where it is nested arrays of numbers. */
const isWholeInput = (value: unknown): boolean =>
  value instanceof Tensor || ArrayBuffer.isView(value) || (Array.isArray(value) && !containsTensor(value));
const containsTensor = (list: readonly unknown[]): boolean =>
  list.length > 0 &&
  typeof list[0] !== 'number' &&
  list.some(
    (item) =>
      item instanceof Tensor ||
      item === null ||
      ArrayBuffer.isView(item) ||
      (Array.isArray(item) && containsTensor(item)) ||
      isRecord(item),
  );
/** Whether a last argument is the options of a call, or nothing. */
const isOptions = (value: unknown): boolean => value === undefined || value === null || isRecord(value);
const hasTensors = (options: CallOptions): boolean =>
  Object.values(options).some(
    (value) => value !== null && typeof value === 'object' && flattenTree(value, isTensor).some(isTensor),
  );
const leaves = (structure: unknown): Tensor[] =>
  structure instanceof Tensor ? [structure] : flattenTree(structure, isTensor).filter(isTensor);
export const shapesOf = (structure: unknown): unknown =>
  structure instanceof Tensor
    ? structure.shape
    : mapTree(structure, (leaf) => (leaf instanceof Tensor ? leaf.shape : null), isTensor);
export const isShape = (value: unknown): boolean =>
  Array.isArray(value) && value.every((n) => n === null || typeof n === 'number');

/** Whether the class has a method of its own. */
export function isOverridden(
  layer: LayerBase,
  method: 'build' | 'call' | 'computeOutputShape' | 'computeMask',
): boolean {
  return Reflect.get(Object.getPrototypeOf(layer), method) !== LayerBase.prototype[method];
}

/** A result that is an input unchanged gets a tensor of its own: its history is another. */
function fresh(result: unknown): unknown {
  const list = flattenTree(result, isTensor).map((leaf) =>
    leaf instanceof KerasTensor && leaf.history ? new KerasTensor(leaf.shape, leaf.dtype) : leaf,
  );
  return packTree(result, list, isTensor);
}

/** A config's keys as options of a class without a schema: those of all layers in camelCase, others as the user wrote them. */
function upgraded(config: Config): Record<string, unknown> {
  if (!isRecord(config)) throw new ValueError(`Layer.fromConfig: found ${show(config)}, wanted a config.`);
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config))
    options[camelCase(key) in baseDefinitions ? camelCase(key) : key] = value;
  return options;
}
