// Functional models, and the public Model class: `Model({ inputs, outputs })`, or `class … extends Model`.
// Owns: which class a call of Model makes. Leaves what models do to model.ts.

import { show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import type { LayerOptions } from '../layers/layer-options.ts';
import type { Config } from '../schema.ts';
import { type DeserializeOptions, registerModule, withObjectsOf } from '../serialization.ts';
import type { Structure, Tensors } from '../types.ts';
import { graphFromConfig } from './functional-config.ts';
import { type GraphOptions, ModelBase, type ModelOptions, makesGraph } from './model.ts';

type CustomObjects = DeserializeOptions['customObjects'];
/** A model that is a graph of layers between inputs and outputs. */
export class FunctionalModel<out O extends Structure = Structure> extends ModelBase<O> {
  static override fromConfig(config: Config, customObjects?: CustomObjects): unknown {
    if (!isRecord(config)) throw new ValueError(`Model.fromConfig: found ${show(config)}, wanted a config.`);
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    if (config.layers === undefined) return withObjectsOf(customObjects, () => super.fromConfig(config));
    const { inputs, outputs, name, trainable } = withObjectsOf(customObjects, () => graphFromConfig(config));
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return Reflect.construct(this, [{ inputs, outputs, name, ...(trainable === false ? { trainable } : {}) }]);
  }
}
Object.defineProperty(FunctionalModel, 'name', { value: 'Functional' });
registerModule('keras.src.models.functional', { Functional: FunctionalModel });
registerModule('keras.models', { Functional: FunctionalModel });

/** `out`: a model that gives pairs is a model that gives structures. */
export interface Model<out O extends Structure = import('../../runtime/tensor.ts').Tensor> extends ModelBase<O> {}
export interface ModelClass {
  // Without inputs and outputs: for `extends`, whose structure is what its `call` gives, or `extends Model<O>`.
  new <O extends Structure = Structure>(options?: LayerOptions): Model<O>;
  new <const I extends Structure, const O extends Structure>(
    options: { inputs: I; outputs: O } & LayerOptions,
  ): Model<Tensors<O>>;
  new <const I extends Structure, const O extends Structure>(
    inputs: I,
    outputs: O,
    options?: LayerOptions,
  ): Model<Tensors<O>>;
  // For `extends` too, which knows only those without type parameters to be inferred: `new Own(inputs, outputs)`.
  new <O extends Structure = Structure>(inputs: Structure, outputs: Structure, options?: LayerOptions): Model<O>;
  new <O extends Structure = Structure>(options: { inputs: Structure; outputs: Structure } & LayerOptions): Model<O>;
  <const I extends Structure, const O extends Structure>(
    options: { inputs: I; outputs: O } & LayerOptions,
  ): Model<Tensors<O>>;
  <const I extends Structure, const O extends Structure>(
    inputs: I,
    outputs: O,
    options?: LayerOptions,
  ): Model<Tensors<O>>;
  readonly prototype: Model<Structure>;
  /** A model of what `getConfig` gave, with new weights; `{ customObjects }` has classes and functions of one's own by name. */
  fromConfig(config: Config, customObjects?: CustomObjects): Model<Structure>;
}

function ModelWrapper(...args: unknown[]): ModelBase {
  const [first, second, third] = args;
  const options = (
    makesGraph(args) && second !== undefined
      ? { ...(third as object | undefined), inputs: first, outputs: second }
      : (first ?? undefined)
  ) as ModelOptions | undefined;
  const plain = new.target === undefined || new.target === (ModelWrapper as object);
  const target = plain ? (makesGraph(args) ? FunctionalModel : ModelBase) : new.target;
  return Reflect.construct(plain ? target : FunctionalModel, [options], target as new () => ModelBase) as ModelBase;
}
Object.defineProperty(ModelWrapper, 'name', { value: 'Model' });
Object.defineProperty(ModelBase, 'name', { value: 'Model' });
Object.defineProperty(ModelWrapper, 'prototype', { value: ModelBase.prototype });
Object.setPrototypeOf(ModelWrapper, FunctionalModel);
Object.defineProperty(ModelBase.prototype, 'constructor', { value: ModelWrapper, writable: true, configurable: true });
export const Model: ModelClass = ModelWrapper as object as ModelClass;
registerModule('keras', { Model });
registerModule('keras.models', { Model });

export type { GraphOptions };
