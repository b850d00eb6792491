// MultiOptimizer: different optimizers for different variables, chosen by their paths.
// Owns: the map from paths to optimizers, and the optimizer that hands each gradient to its own.

import { type Class, callable } from '../../base/callable.ts';
import { StateError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import type { Config, Json } from '../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../serialization.ts';
import type { Gradient } from './gradients.ts';
import { LossScaleOptimizer } from './loss-scale-optimizer.ts';
import { type Optimizer, Optimizer_ } from './optimizer.ts';

type Table = Readonly<Record<string, Optimizer>>;

export class OptimizerMap_ {
  readonly defaultOptimizer: Optimizer;
  readonly #table: Map<string, Optimizer>;

  constructor(defaultOptimizer: Optimizer, optimizerMap: Table | null = null) {
    if (!(defaultOptimizer instanceof Optimizer_))
      throw new ValueError(`OptimizerMap: defaultOptimizer is ${show(defaultOptimizer)}, wanted an optimizer.`);
    this.defaultOptimizer = defaultOptimizer;
    this.#table = new Map();
    for (const [pattern, optimizer] of Object.entries(optimizerMap ?? {})) this.set(pattern, optimizer);
  }
  /** The optimizer of a path: of the path itself, of the one pattern that matches all of it, or the default. */
  get(path: string): Optimizer {
    const own = this.#table.get(path);
    if (own) return own;
    const matching = [...this.#table].filter(([pattern]) => new RegExp(`^(?:${pattern})$`).test(path));
    if (matching.length > 1)
      throw new ValueError(
        `OptimizerMap: ${matching.map(([pattern]) => `'${pattern}'`).join(' and ')} both match variable ${path}.`,
      );
    return matching[0]?.[1] ?? this.defaultOptimizer;
  }
  set(pattern: string, optimizer: Optimizer): void {
    if (this.#table.has(pattern)) throw new ValueError(`OptimizerMap: '${pattern}' is given twice.`);
    if (
      !(optimizer instanceof Optimizer_) ||
      optimizer instanceof LossScaleOptimizer ||
      optimizer instanceof MultiOptimizer_
    )
      throw new ValueError(
        `OptimizerMap: '${pattern}' is ${show(optimizer)}, wanted an optimizer other than LossScaleOptimizer and MultiOptimizer.`,
      );
    this.#table.set(pattern, optimizer);
  }
  delete(pattern: string): boolean {
    return this.#table.delete(pattern);
  }
  values(): Optimizer[] {
    return [...this.#table.values()];
  }
  get size(): number {
    return this.#table.size;
  }
  getConfig(): Config {
    return {
      default_optimizer: serializeKerasObject(this.defaultOptimizer),
      optimizer_map: serializeKerasObject(Object.fromEntries(this.#table)),
    };
  }
  static fromConfig(config: Config): OptimizerMap {
    const revive = (value: Json): unknown => deserializeKerasObject(value, { modules: ['keras.optimizers'] });
    return new OptimizerMap(
      revive(config.default_optimizer!) as Optimizer,
      revive(config.optimizer_map ?? {}) as Table,
    );
  }
}
export interface OptimizerMap extends OptimizerMap_ {}
export const OptimizerMap: Class<[defaultOptimizer: Optimizer, optimizerMap?: Table | null], OptimizerMap> = callable(
  OptimizerMap_,
  'OptimizerMap',
);

export interface MultiOptimizerOptions extends Options<{ name: string | null; lossScaleFactor: number | null }> {}
/** The map, or a function from a variable to its optimizer. */
type Choice = OptimizerMap | ((variable: VariableTensor) => Optimizer);
type Args =
  | [optimizerMap: Choice, options?: MultiOptimizerOptions]
  | [options: MultiOptimizerOptions & { readonly optimizerMap: Choice }];

export class MultiOptimizer_ extends Optimizer_ {
  readonly optimizerMap: Choice;
  readonly #inner: Optimizer[] = [];
  readonly #owner = new Map<VariableTensor, Optimizer>();

  constructor(...args: Args) {
    const [first, second] = args;
    const given = (isRecord(first) ? first : { ...second, optimizerMap: first }) as MultiOptimizerOptions & {
      readonly optimizerMap: Choice;
    };
    super({ name: given.name, learningRate: 0, lossScaleFactor: given.lossScaleFactor });
    this.optimizerMap = given.optimizerMap;
    if (given.optimizerMap instanceof OptimizerMap_)
      for (const optimizer of [...given.optimizerMap.values(), given.optimizerMap.defaultOptimizer])
        this.#add(optimizer);
  }
  #add(optimizer: Optimizer): void {
    if (this.#inner.includes(optimizer)) return;
    optimizer.lossScaleFactor = this.lossScaleFactor;
    this.#inner.push(optimizer);
  }
  get optimizers(): readonly Optimizer[] {
    return this.#inner;
  }
  override get variables(): VariableTensor[] {
    return [...this.ownVariables, ...this.#inner.flatMap((optimizer) => optimizer.variables)];
  }
  override get learningRate(): Tensor {
    throw new StateError(`optimizer ${this.name}: each of its optimizers has a learning rate of its own; ask them.`);
  }
  override set learningRate(_rate) {
    throw new StateError(
      `optimizer ${this.name}: each of its optimizers has a learning rate of its own; set it there.`,
    );
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    for (const variable of variables) {
      const choice = this.optimizerMap;
      const optimizer = choice instanceof OptimizerMap_ ? choice.get(variable.path) : choice(variable);
      if (
        !(optimizer instanceof Optimizer_) ||
        optimizer instanceof LossScaleOptimizer ||
        optimizer instanceof MultiOptimizer_
      )
        throw new ValueError(
          `optimizer ${this.name}: ${variable.path} is given ${show(optimizer)}, wanted an optimizer other than LossScaleOptimizer and MultiOptimizer.`,
        );
      this.#add(optimizer);
      this.#owner.set(variable, optimizer);
    }
    for (const optimizer of this.#inner) {
      const own = variables.filter((variable) => this.#owner.get(variable) === optimizer);
      if (own.length > 0) optimizer.build(own);
    }
    super.build(variables);
  }
  override apply(gradients: readonly (Gradient | null)[], variables?: readonly Tensor[]): void {
    if (gradients.length === 0) return;
    if (!this.built) {
      if (!variables) throw new StateError(`optimizer ${this.name}: apply(gradients) before build(variables).`);
      this.build(variables as readonly VariableTensor[]);
    }
    const all = (variables ?? this.trainableVariables) as readonly VariableTensor[];
    if (gradients.length !== all.length)
      throw new ValueError(
        `optimizer ${this.name}: found ${gradients.length} gradients for ${all.length} variables; wanted one for each.`,
      );
    for (const optimizer of this.#inner) {
      const own = all.flatMap((variable, i) => (this.#owner.get(variable) === optimizer ? [i] : []));
      if (own.length > 0)
        optimizer.apply(
          own.map((i) => gradients[i]!),
          own.map((i) => all[i]!),
        );
    }
    const steps = this.ownVariables[0]!;
    steps.set(p.offset(steps.value(), 1) as Tensor);
  }
  override finalizeVariableValues(variables?: readonly Tensor[]): void {
    for (const optimizer of this.#inner) optimizer.finalizeVariableValues(variables);
  }
  override getConfig(): Config {
    return {
      optimizer_map: serializeKerasObject(this.optimizerMap),
      loss_scale_factor: this.lossScaleFactor,
      name: this.name,
    };
  }
  static override fromConfig(config: Config): Optimizer {
    const optimizerMap = deserializeKerasObject(config.optimizer_map as Json, { modules: ['keras.optimizers'] });
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return Reflect.construct(this, [
      { optimizerMap, lossScaleFactor: config.loss_scale_factor ?? null, name: config.name },
    ]) as Optimizer;
  }
}
export interface MultiOptimizer extends MultiOptimizer_ {}
export const MultiOptimizer: Class<Args, MultiOptimizer> = callable(MultiOptimizer_, 'MultiOptimizer');
