// Sequential: a stack of layers.
// Owns: adding and removing, and the functional graph inside, made as soon as the input's shape is known.

import { type Class, callable } from '../../base/callable.ts';
import type { DType } from '../../base/dtype.ts';
import { refuseUnknown, StateError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { type Shape, sameShape, showShape } from '../../base/shape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { getPolicy, policyConfig } from '../dtype-policy.ts';
import { withBatchOpen } from '../layers/call-context.ts';
import { InputLayer } from '../layers/core/input-layer.ts';
import { isLayer, isShape, type LayerBase, type Result } from '../layers/layer.ts';
import type { Tracked } from '../layers/tracking.ts';
import type { Config, Json } from '../schema.ts';
import {
  type DeserializeOptions,
  deserializeKerasObject,
  registerModule,
  serializeKerasObject,
  withObjectsOf,
} from '../serialization.ts';
import { nameScope } from '../session.ts';
import { KerasTensor } from '../symbolic/keras-tensor.ts';
import type { CallOptions, Options, Structure } from '../types.ts';
import { FunctionalGraph } from './functional-graph.ts';
import { restoreFrozen } from './legacy-config.ts';
import { ModelBase } from './model.ts';

export type Stackable = LayerBase<Structure> | Tensor;
type SequentialOptions = Options<{ name: string; trainable: boolean }>;
type NamedArguments = SequentialOptions & { readonly layers?: readonly Stackable[] | null | undefined };
const NAMES = ['layers', 'name', 'trainable'];

function namedArguments(given: unknown): NamedArguments {
  if (given === null || isRecord(given)) return given ?? {};
  throw new ValueError(`Sequential: found ${show(given)}, wanted a list of layers: Sequential([layers.Dense(1)]).`);
}

class SequentialModel extends ModelBase<Tensor> {
  #stack: LayerBase[] = [];
  #inner: FunctionalGraph | null = null;

  constructor(layers: readonly Stackable[] | NamedArguments | null = [], options: SequentialOptions = {}) {
    const given: NamedArguments = Array.isArray(layers)
      ? { ...options, layers }
      : { ...namedArguments(layers), ...options };
    refuseUnknown('Sequential', given, NAMES);
    super({ name: given.name, trainable: given.trainable });
    const stack = given.layers ?? [];
    for (const layer of stack) this.#push(layer);
    if (stack.length > 0) this.#rebuild();
  }

  override get graph(): FunctionalGraph | null {
    return this.#inner;
  }
  protected override tracked(): Tracked<LayerBase> {
    const tracked = super.tracked();
    return { ...tracked, layers: [...new Set([...(this.#stack ?? []), ...tracked.layers])] };
  }
  override get layers(): LayerBase[] {
    return this.#stack[0] instanceof InputLayer ? this.#stack.slice(1) : [...this.#stack];
  }
  /** A Sequential model's output goes by no name. */
  override get outputNames(): string[] {
    return [];
  }
  override get input(): Structure {
    return this.requireGraph('input').inputStructure as Structure;
  }
  override get output(): Result<this> {
    return this.requireGraph('output').outputStructure as Result<this>;
  }
  override get inputDtype(): DType {
    const [first] = this.#stack;
    return first instanceof InputLayer ? first.dtype : super.inputDtype;
  }

  /** Puts a layer on top. */
  add(layer: Stackable): void {
    this.#push(layer);
    this.#rebuild();
  }
  #push(given: Stackable): void {
    const layer = given instanceof KerasTensor ? given.history?.operation : given;
    if (
      layer === null ||
      layer === undefined ||
      (typeof layer !== 'object' && typeof layer !== 'function') ||
      !isLayer(layer as object)
    ) {
      const hint =
        typeof given === 'function' ? ` Give a layer: layers.${(given as { name: string }).name || 'Dense'}(…).` : '';
      throw new ValueError(`Sequential '${this.name}': found ${show(given)} among the layers, wanted layers.${hint}`);
    }
    const added = layer as object as LayerBase;
    const declared = added.declaredInputShape;
    if (this.#stack.length === 0 && declared && !(added instanceof InputLayer))
      this.#stack.push(InputLayer({ batchShape: declared, dtype: inputDtypeOf(added) }) as object as LayerBase);
    if (this.#stack.some((other) => other !== added && other.name === added.name))
      throw new ValueError(
        `Sequential '${this.name}' has a layer named '${added.name}' already; give the new one another name.`,
      );
    if (added instanceof InputLayer && this.#stack[0] instanceof InputLayer)
      throw new ValueError(
        `Sequential '${this.name}' has the input shape ${showShape(this.#stack[0].batchShape)} already; a second Input cannot be added.`,
      );
    this.#stack.push(added);
    this.built = false;
    this.#inner = null;
  }
  /** Takes the last layer off. */
  pop(): LayerBase | undefined {
    const layer = this.#stack.pop();
    if (layer) this.#rebuild();
    return layer;
  }
  #rebuild(): void {
    this.built = false;
    this.#inner = null;
    this.trainer.forget();
    const [first] = this.#stack;
    if (!first || this.#stack.length < 2) return;
    if (first instanceof InputLayer) this.build(first.batchShape);
    else if (first instanceof ModelBase && first.graph) this.build(first.inputShape);
  }

  override build(given: Shape): void {
    if (!isShape(given)) return;
    // What keeps its state from batch to batch is made for batches of one size.
    const isStateful = this.flattenLayers().some((layer) => Reflect.get(layer, 'stateful') === true);
    const inputShape = isStateful ? given : withBatchOpen(given);
    const [first] = this.#stack;
    if (!first)
      throw new StateError(`Sequential '${this.name}' has no layers, so it cannot be built; add layers first.`);
    const isDeclared = first instanceof InputLayer;
    if (isDeclared) {
      if (!sameShape(first.batchShape, inputShape) && this.#inner)
        throw new ValueError(
          `Sequential '${this.name}' has the input shape ${showShape(first.batchShape)} already; it cannot be built for ${showShape(inputShape)}.`,
        );
    } else
      this.#stack.unshift(InputLayer({ batchShape: inputShape, dtype: inputDtypeOf(first) }) as object as LayerBase);
    const input = (this.#stack[0] as InputLayer).inboundNodes[0]!.outputs[0]!;
    let x: unknown = input;
    for (const layer of this.#stack.slice(1)) x = layer(x as KerasTensor);
    // A shape that only the first data had does not bind later data: its layers say what they cannot take.
    this.#inner = new FunctionalGraph(input, x, this.name, isDeclared);
  }
  protected override get hasOwnBuild(): boolean {
    return true;
  }
  protected override convertInputs(inputs: unknown): unknown {
    return this.#inner ? inputs : super.convertInputs(inputs);
  }
  override call(inputs: Structure, options: CallOptions = {}): Tensor {
    if (this.#inner) return this.#inner.run(inputs, options) as Tensor;
    let x: unknown = inputs;
    for (const layer of this.layers) x = layer(x as Tensor, { training: options.training });
    return x as Tensor;
  }
  override getBuildConfig(): Config | null {
    const shape = this.#inner ? (this.#stack[0] as InputLayer).batchShape : null;
    return shape ? { input_shape: [...shape] } : super.getBuildConfig();
  }
  override getConfig(): Config {
    const config: Config = {
      name: this.name,
      trainable: this.trainable,
      dtype: policyConfig(this.dtypePolicy),
      layers: this.#stack.map((layer) => serializeKerasObject(layer)),
    };
    if (this.#inner) config.build_input_shape = [...(this.#stack[0] as InputLayer).batchShape];
    return config;
  }
  static override fromConfig(config: Config, customObjects?: DeserializeOptions['customObjects']): unknown {
    const list = (Array.isArray(config) ? config : config.layers) as Json[] | undefined;
    if (!Array.isArray(list))
      throw new ValueError(`bad config of a Sequential model: found layers ${show(list)}, wanted a list.`);
    const options: SequentialOptions = typeof config.name === 'string' ? { name: config.name } : {};
    const revive = (item: Json): LayerBase => {
      const layer = deserializeKerasObject(item);
      if (typeof layer !== 'function')
        throw new ValueError(`bad config of a Sequential model: ${show(item)} is no layer.`);
      restoreFrozen(item, layer as object as LayerBase);
      return layer as object as LayerBase;
    };
    // Layers are built as they are made: their weights' paths begin with the model, as when it was built. Models within
    // were built before it.
    const layers = withObjectsOf(customObjects, () =>
      list.map((item) =>
        options.name === undefined || holdsLayers(item) ? revive(item) : nameScope(options.name, () => revive(item)),
      ),
    );
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    const model = Reflect.construct(this, [layers, options]) as SequentialModel;
    const shape = config.build_input_shape ?? null;
    if (!model.graph && Array.isArray(shape) && isShape(shape)) model.build(shape as Shape);
    if (config.trainable === false) model.trainable = false;
    if (isRecord(config.dtype)) model.dtypePolicy = getPolicy(config.dtype);
    return model;
  }
}

/** Whether a config is that of a model, or of a layer around one. */
function holdsLayers(item: Json | undefined): boolean {
  if (!isRecord(item) || !isRecord(item.config)) return false;
  const { layers, layer } = item.config as Config;
  return Array.isArray(layers) || holdsLayers(layer);
}

/** Whole numbers are what embeddings take; all else begins as floats. */
const inputDtypeOf = (layer: LayerBase): DType => layer.inputDtype;

export interface Sequential extends SequentialModel {}
export interface SequentialClass
  extends Class<
    [layers?: readonly Stackable[] | null, options?: SequentialOptions] | [options: NamedArguments],
    Sequential
  > {
  /** A model of what `getConfig` gave, with new weights; `{ customObjects }` has classes and functions of one's own by name. */
  fromConfig(config: Config, customObjects?: DeserializeOptions['customObjects']): Sequential;
}
export const Sequential = callable(SequentialModel, 'Sequential') as SequentialClass;
registerModule('keras', { Sequential });
registerModule('keras.models', { Sequential });
