// The base of optimizers: from gradients to new values of variables, eagerly or inside a compiled training step.
// Owns: variables and their names, the order of a step (loss scale, clipping, weight decay, update, averages, constraints),
// the learning rate, config. A subclass writes `build` for its slots and `updateStep` for one variable.

import { type Class, callable } from '../../base/callable.ts';
import type { DType } from '../../base/dtype.ts';
import { ShapeError, StateError, show, ValueError } from '../../base/errors.ts';
import { guardMethods } from '../../base/misuse.ts';
import { type Dims, sameShape, showShape } from '../../base/shape.ts';
import { inspect, shortForm } from '../../base/short-form.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { Variable } from '../../ops/core/variable.ts';
import {
  add,
  cast,
  divide,
  equal,
  floordiv,
  floormod,
  multiply,
  notEqual,
  subtract,
} from '../../ops/math/elementwise.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import { floatx } from '../config.ts';
import * as initializers from '../initializers/index.ts';
import { autoName } from '../names.ts';
import { type Config, optionsOfConfig } from '../schema.ts';
import { serializeKerasObject } from '../serialization.ts';
import { currentValues, StatelessScope, valuesFor } from '../stateless-scope.ts';
import { conditionally } from './conditionally.ts';
import {
  asRows,
  clipByGlobalNorm,
  clipByNorm,
  clipElements,
  denseGradient,
  type Gradient,
  mapGradient,
} from './gradients.ts';
import { heldIn } from './moments.ts';
import {
  type BaseValues,
  checkOptions,
  type OptimizerOptions,
  type OwnOptions,
  optimizerSchema,
  type Rate,
} from './options.ts';
import { LearningRateSchedule_ } from './schedules/index.ts';

const baseOptions: OwnOptions = optimizerSchema('Optimizer', 0.001, {});

export interface VariableSettings
  extends Options<{ shape: Dims; initializer: initializers.Like; dtype: DType; name: string }> {}

/** Set while a step is computed: values that all variables share are computed once. */
type Shared = Map<string, Tensor>;

export class Optimizer_ {
  readonly name: string;
  weightDecay: number | null;
  readonly clipnorm: number | null;
  readonly globalClipnorm: number | null;
  readonly clipvalue: number | null;
  readonly useEma: boolean;
  readonly emaMomentum: number;
  readonly emaOverwriteFrequency: number | null;
  lossScaleFactor: number | null;
  readonly gradientAccumulationSteps: number | null;
  built = false;

  protected readonly ownVariables: VariableTensor[] = [];
  protected trainableVariables: readonly VariableTensor[] = [];
  readonly #options: OwnOptions;
  readonly #iterations: Variable;
  readonly #positions = new Map<VariableTensor, number>();
  #rate: Variable | LearningRateSchedule_ | (() => number | Tensor);
  #averages: VariableTensor[] = [];
  #accumulators: VariableTensor[] = [];
  #undecayed: { readonly variables: ReadonlySet<VariableTensor>; readonly pattern: RegExp | null } | null = null;
  #shared: Shared | null = null;
  /** What stands before the names of unscoped variables, and of all where another optimizer builds this one; null outside of steps. */
  #scope: string | null = null;

  /** Internal second argument: the schema of a built-in optimizer, whose own options become properties. */
  constructor(given: OptimizerOptions & Readonly<Record<string, unknown>> = {}, options: OwnOptions = baseOptions) {
    const values: BaseValues = options === baseOptions ? options.parse([given]) : (given as object as BaseValues);
    checkOptions(new.target.name, values);
    const { name, learningRate, ...rest } = values;
    this.#options = options;
    this.name = name ?? autoName(new.target.name);
    this.weightDecay = rest.weightDecay;
    this.clipnorm = rest.clipnorm;
    this.globalClipnorm = rest.globalClipnorm;
    this.clipvalue = rest.clipvalue;
    this.useEma = rest.useEma;
    this.emaMomentum = rest.emaMomentum;
    this.emaOverwriteFrequency = rest.emaOverwriteFrequency;
    this.lossScaleFactor = rest.lossScaleFactor;
    this.gradientAccumulationSteps = rest.gradientAccumulationSteps;
    for (const [key, value] of Object.entries(rest)) if (!(key in this)) Reflect.set(this, key, value);
    this.#iterations = this.#track(0, 'int64', 'iteration');
    this.#rate = typeof learningRate === 'number' ? this.#track(learningRate, floatx(), 'learning_rate') : learningRate;
  }

  #track(value: TensorLike | (() => TensorLike), dtype: DType, name: string, within = this.name): Variable {
    const variable = new Variable(value, { trainable: false, dtype, name });
    const outer = within === '' || this.#scope === null ? '' : this.#scope;
    variable.path = within === '' ? name : `${outer}${within}/${name}`;
    this.ownVariables.push(variable);
    return variable;
  }

  // ── State ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Steps so far; with gradient accumulation those that changed variables. */
  get iterations(): Tensor {
    const steps = this.gradientAccumulationSteps;
    return steps === null ? this.#iterations : floordiv(this.#iterations, steps);
  }
  /** All of its variables, in Keras's order: iteration, learning rate, averages, accumulators, slots. */
  get variables(): VariableTensor[] {
    return [...this.ownVariables];
  }
  /** Variables that Keras 2 keeps in fields of their own, outside its list of variables. */
  ownFields(): ReadonlyMap<string, VariableTensor> {
    return new Map(this.#rate instanceof VariableTensor ? [['_learning_rate', this.#rate]] : []);
  }
  /** The variables that Keras 2 lists: those that are in no field. */
  variablesOfKeras2(): VariableTensor[] {
    const fields = new Set(this.ownFields().values());
    return this.variables.filter((variable) => !fields.has(variable));
  }
  /** The rate now. Assign a number or a schedule; a number needs no new compilation. */
  get learningRate(): Tensor {
    return this.currentRate();
  }
  set learningRate(rate: Rate | Tensor) {
    if (typeof rate === 'function') {
      const before = this.#rate;
      this.#rate = rate;
      const at = this.ownVariables.indexOf(before as VariableTensor);
      if (at >= 0) this.ownVariables.splice(at, 1);
    } else if (this.#rate instanceof VariableTensor) this.#rate.assign(rate);
    else
      throw new StateError(
        `optimizer ${this.name}: its learning rate is a schedule, which cannot be set to ${String(rate)}. Make the optimizer with a number as its learning rate, or assign another schedule.`,
      );
  }
  /** The schedule, where the rate is one. */
  get schedule(): LearningRateSchedule_ | null {
    return this.#rate instanceof LearningRateSchedule_ ? this.#rate : null;
  }
  protected currentRate(): Tensor {
    if (this.#rate instanceof VariableTensor) return this.#rate;
    if (this.#rate instanceof LearningRateSchedule_) return this.shared('rate', () => this.schedule!(this.#iterations));
    return convertToTensor(this.#rate(), undefined, 'learningRate');
  }

  /** A new variable of the optimizer's own. */
  addVariable(settings: VariableSettings): VariableTensor {
    const dtype = settings.dtype ?? floatx();
    // Made outside of whatever function is being traced: slots are often first needed there.
    const initial = (): Tensor => initializers.get(settings.initializer ?? 'zeros')(settings.shape ?? [], { dtype });
    return this.#track(initial, dtype, settings.name ?? autoName('Variable'));
  }
  /** A variable of the shape and dtype of another, named after it. */
  addVariableFromReference(
    reference: VariableTensor,
    name = 'var',
    initializer: initializers.Like = 'zeros',
  ): VariableTensor {
    const full = `${reference.path.replaceAll('/', '_')}_${name}`;
    return this.addVariable({ shape: reference.dims, dtype: reference.dtype, initializer, name: full });
  }
  /** For every variable one slot of each name: a list of slots for each name. */
  addOptimizerVariables(
    variables: readonly VariableTensor[],
    names: readonly string[],
    initializer: initializers.Like | readonly initializers.Like[] = 'zeros',
  ): VariableTensor[][] {
    const kinds = Array.isArray(initializer)
      ? (initializer as readonly initializers.Like[])
      : names.map(() => initializer as initializers.Like);
    const slots = names.map((): VariableTensor[] => []);
    for (const variable of variables)
      names.forEach((name, i) => {
        slots[i]!.push(this.addVariableFromReference(variable, name, kinds[i]!));
      });
    return slots;
  }
  /** A variable that Keras makes outside the optimizer's scope: it has its name only where the first step builds it. */
  protected addUnscopedVariable(value: TensorLike, dtype: DType, name: string): VariableTensor {
    return this.#track(value, dtype, name, this.#scope === null ? '' : this.name);
  }

  /** Makes the variables for these; subclasses call it first and then add their slots. */
  build(variables: readonly VariableTensor[]): void {
    if (this.useEma) [this.#averages] = this.addOptimizerVariables(variables, ['average']) as [VariableTensor[]];
    if (this.gradientAccumulationSteps !== null)
      [this.#accumulators] = this.addOptimizerVariables(variables, ['gradient_accumulator']) as [VariableTensor[]];
    variables.forEach((variable, i) => {
      this.#positions.set(variable, i);
    });
    this.trainableVariables = [...variables];
    this.built = true;
  }
  /** As the first step builds it, so that all names are the optimizer's; `outer`: the names of those around it. */
  buildInStep(variables: readonly VariableTensor[], outer = ''): void {
    this.#scope = outer;
    this.build(variables);
  }
  /** Whether the first step builds it, and the names of the optimizers around it. */
  protected get scope(): string | null {
    return this.#scope;
  }
  /** The position of a variable in the lists of slots. */
  protected indexOf(variable: VariableTensor): number {
    const at = this.#positions.get(variable);
    if (at === undefined)
      throw new ValueError(
        `optimizer ${this.name}: unknown variable ${variable.path}. An optimizer works for the variables it was first used with; make a new one for other variables.`,
      );
    return at;
  }

  // ── One step ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Changes each variable by its gradient; null gradients are left out. */
  applyGradients(pairs: Iterable<readonly [gradient: Gradient | null, variable: Tensor]>): void {
    if (typeof pairs?.[Symbol.iterator] !== 'function')
      throw new ValueError(
        `optimizer ${this.name}: applyGradients: found ${show(pairs)}, wanted pairs of a gradient and a variable: tf.zip(gradients, model.trainableVariables).`,
      );
    const list = [...pairs];
    if (list.length === 0)
      throw new ValueError(
        `optimizer ${this.name}: applyGradients got no pairs. A model has no weights before its first call: ask for model.trainableVariables after it, or build the model first.`,
      );
    this.apply(
      list.map(([gradient]) => gradient),
      list.map(([, variable]) => asVariable(variable)),
    );
  }

  apply(gradients: readonly (Gradient | null)[], variables?: readonly Tensor[]): void {
    if (gradients.length === 0) return;
    const all = this.#variablesFor(gradients, variables);
    const [given, targets] = this.#present(gradients, all);
    this.#shared = new Map();
    try {
      const scale = this.lossScaleFactor;
      this.#applyAll(
        scale === null ? given : given.map((gradient) => mapGradient(gradient, (values) => divide(values, scale))),
        targets,
      );
      for (const variable of targets)
        if (variable.constraint) variable.set(cast(variable.constraint(variable.value()), variable.dtype));
    } finally {
      this.#shared = null;
    }
    this.#iterations.set(p.offset(this.#iterations.value(), 1) as Tensor);
  }

  /**
   * One step as a function of values: `[trainableVariables, optimizerVariables]` after it, of those before it. No variable changes.
   * The optimizer must have been built with the variables.
   */
  statelessApply(
    optimizerVariables: readonly TensorLike[],
    gradients: readonly (Gradient | null)[],
    trainableVariables: readonly TensorLike[],
  ): [trainableVariables: Tensor[], optimizerVariables: Tensor[]] {
    if (!this.built)
      throw new StateError(
        `optimizer ${this.name}: statelessApply was called before the optimizer knows its variables. Call optimizer.build(variables) first.`,
      );
    const { variables } = this;
    const targets = [...this.trainableVariables];
    const scope = new StatelessScope({
      stateMapping: [
        ...valuesFor(`optimizer ${this.name}: statelessApply: optimizerVariables`, variables, optimizerVariables),
        ...valuesFor(`optimizer ${this.name}: statelessApply: trainableVariables`, targets, trainableVariables),
      ],
    });
    scope.run(() => this.apply(gradients));
    return [currentValues(scope, targets), currentValues(scope, variables)];
  }

  #variablesFor(gradients: readonly unknown[], variables: readonly Tensor[] | undefined): readonly VariableTensor[] {
    if (variables) {
      const list = variables.map(asVariable);
      if (!this.built) {
        this.buildInStep(list);
        this.built = true;
      }
      for (const variable of list) this.indexOf(variable);
      if (list.length !== gradients.length)
        throw new ValueError(
          `optimizer ${this.name}: found ${gradients.length} gradients for ${list.length} variables; wanted one for each.`,
        );
      return list;
    }
    if (!this.built)
      throw new StateError(
        `optimizer ${this.name}: apply(gradients) was called before the optimizer knows its variables. Call optimizer.build(variables) first, or apply(gradients, variables).`,
      );
    if (gradients.length !== this.trainableVariables.length)
      throw new ValueError(
        `optimizer ${this.name}: found ${gradients.length} gradients, wanted ${this.trainableVariables.length}: one for each variable it was built with.`,
      );
    return this.trainableVariables;
  }

  #present(
    gradients: readonly (Gradient | null)[],
    variables: readonly VariableTensor[],
  ): [Gradient[], VariableTensor[]] {
    const missing = variables.filter((_, i) => gradients[i] === null || gradients[i] === undefined);
    if (missing.length === variables.length)
      throw new ValueError(
        `optimizer ${this.name}: no gradient for any variable. Compute the loss from the variables inside tape.record(…), with TensorFlow operations only.`,
      );
    if (missing.length > 0)
      console.warn(
        `optimizer ${this.name}: no gradients for ${missing.map((variable) => variable.path).join(', ')}; these variables stay as they are. They do not take part in the loss.`,
      );
    const kept = variables.flatMap((variable, i) => {
      const gradient = gradients[i];
      return gradient ? [[asRows(checked(this.name, gradient, variable)), variable] as const] : [];
    });
    return [kept.map(([gradient]) => gradient), kept.map(([, variable]) => variable)];
  }

  #applyAll(gradients: readonly Gradient[], variables: readonly VariableTensor[]): void {
    const steps = this.gradientAccumulationSteps;
    if (steps === null) this.#update(gradients, variables);
    else {
      const accumulators = variables.map((variable) => this.#accumulators[this.indexOf(variable)]!);
      const sums = gradients.map((gradient, i) =>
        add(denseGradient(gradient, variables[i]!.dims), accumulators[i]!.value()),
      );
      const due = equal(floormod(add(this.#iterations, 1), steps), 0);
      conditionally(
        due,
        [...this.changedVariables(), ...variables],
        () => {
          this.#update(
            sums.map((sum) => divide(sum, steps)),
            variables,
          );
          for (const accumulator of this.#accumulators) accumulator.set(p.zerosLike(accumulator) as Tensor);
        },
        () =>
          accumulators.forEach((accumulator, i) => {
            accumulator.set(sums[i]!);
          }),
      );
    }
    if (this.useEma) this.#updateAverages();
  }
  /** What an update may change beside the model's variables. */
  protected changedVariables(): readonly VariableTensor[] {
    return this.ownVariables;
  }

  #update(gradients: readonly Gradient[], variables: readonly VariableTensor[]): void {
    const clipped = this.#clip(gradients, variables);
    this.applyWeightDecay(variables);
    this.updateAll(
      clipped.map((gradient, i) => denseGradient(gradient, variables[i]!.dims)),
      variables,
      this.currentRate(),
    );
  }
  #clip(gradients: readonly Gradient[], variables: readonly VariableTensor[]): readonly Gradient[] {
    if (this.clipnorm !== null && this.clipnorm > 0) return clipByNorm(gradients, this.clipnorm);
    if (this.globalClipnorm !== null && this.globalClipnorm > 0)
      return clipByGlobalNorm(
        gradients,
        this.globalClipnorm,
        variables.map(({ dims }) => dims),
      );
    if (this.clipvalue !== null && this.clipvalue > 0) return clipElements(gradients, this.clipvalue);
    return gradients;
  }
  /** One update of all variables; overridden where they share something. */
  protected updateAll(gradients: readonly Tensor[], variables: readonly VariableTensor[], rate: Tensor): void {
    gradients.forEach((gradient, i) => {
      const variable = variables[i]!;
      this.updateStep(cast(gradient, variable.dtype), variable, cast(rate, variable.dtype));
    });
  }
  /** Changes one variable. Gradient and rate have its dtype. */
  updateStep(_gradient: Tensor, _variable: VariableTensor, _learningRate: Tensor): void {
    throw new StateError(
      `optimizer ${this.name} has no updateStep(gradient, variable, learningRate) method; write one that changes the variable.`,
    );
  }

  /** Computed once for all variables of a step. */
  protected shared(key: string, make: () => Tensor): Tensor {
    if (!this.#shared) return make();
    const known = this.#shared.get(key);
    if (known) return known;
    const value = make();
    this.#shared.set(key, value);
    return value;
  }
  /** The number of this step, from 1, in a dtype. */
  protected step(dtype: DType): Tensor {
    return this.shared(`step ${dtype}`, () => cast(add(this.iterations, 1), dtype));
  }
  /** beta^step: what bias corrections are made of. */
  protected power(beta: number, dtype: DType): Tensor {
    return this.shared(
      `${beta}^step ${dtype}`,
      () => p.binary('pow', p.scalar(heldIn(dtype, beta), dtype), this.step(dtype)) as Tensor,
    );
  }

  assign(variable: VariableTensor, value: Tensor): void {
    variable.set(cast(value, variable.dtype));
  }
  assignAdd(variable: VariableTensor, value: Tensor): void {
    variable.set(add(variable.value(), cast(value, variable.dtype)));
  }
  assignSub(variable: VariableTensor, value: Tensor): void {
    variable.set(subtract(variable.value(), cast(value, variable.dtype)));
  }

  // ── Weight decay, averages, loss scale ──────────────────────────────────────────────────────────────────────────

  /** Leaves variables out of weight decay: these, and those whose name contains one of the texts. Before the first step. */
  excludeFromWeightDecay(
    options: Options<{ varList: readonly Tensor[] | null; varNames: readonly string[] | null }>,
  ): void {
    const names = options.varNames ?? [];
    this.#undecayed = {
      variables: new Set((options.varList ?? []).map(asVariable)),
      pattern: names.length > 0 ? new RegExp(names.join('|')) : null,
    };
  }
  protected decays(variable: VariableTensor): boolean {
    const left = this.#undecayed;
    return !left || !(left.variables.has(variable) || left.pattern?.test(variable.name));
  }
  protected decay(variable: VariableTensor, by: number | null): void {
    if (by === null || !this.decays(variable)) return;
    const value = variable.value();
    variable.set(subtract(value, multiply(multiply(value, by), cast(this.currentRate(), variable.dtype))));
  }
  protected applyWeightDecay(variables: readonly VariableTensor[]): void {
    if (this.weightDecay === null) return;
    for (const variable of variables) this.decay(variable, this.weightDecay);
  }

  #updateAverages(): void {
    const later = notEqual(this.iterations, 0);
    this.trainableVariables.forEach((variable, i) => {
      const average = this.#averages[i]!;
      const momentum = multiply(cast(later, variable.dtype), this.emaMomentum);
      average.set(add(multiply(momentum, average.value()), multiply(subtract(1, momentum), variable.value())));
    });
    const every = this.emaOverwriteFrequency;
    if (every === null) return;
    conditionally(equal(floormod(add(this.iterations, 1), every), 0), this.trainableVariables, () => this.#overwrite());
  }
  #overwrite(): void {
    this.trainableVariables.forEach((variable, i) => {
      variable.set(this.#averages[i]!.value());
    });
  }
  /** At the end of training: with averages, variables become these. */
  finalizeVariableValues(_variables?: readonly Tensor[]): void {
    if (this.useEma && this.built) this.#overwrite();
  }
  /** The loss as it is to be differentiated. */
  scaleLoss(loss: Tensor): Tensor {
    return this.lossScaleFactor === null ? loss : multiply(loss, this.lossScaleFactor);
  }

  // ── Weights and config ──────────────────────────────────────────────────────────────────────────────────────────

  getWeights(): Tensor[] {
    return this.variables.map((variable) => variable.snapshot());
  }
  setWeights(weights: readonly TensorLike[]): void {
    if (!this.built)
      throw new StateError(
        `optimizer ${this.name}: setWeights was called before it has variables; call build(variables) first.`,
      );
    const { variables } = this;
    const values = weights.map((weight) => convertToTensor(weight, undefined, 'setWeights'));
    if (values.length !== variables.length)
      throw new ValueError(
        `optimizer ${this.name}: setWeights got ${values.length} values, wanted ${variables.length}: ${variables.map((variable) => variable.path).join(', ')}.`,
      );
    values.forEach((value, i) => {
      const variable = variables[i]!;
      if (!sameShape(value.dims, variable.dims))
        throw new ShapeError(
          `optimizer ${this.name}: setWeights: ${variable.path} has shape ${showShape(variable.dims)}, the value ${showShape(value.dims)}.`,
        );
    });
    values.forEach((value, i) => {
      variables[i]!.set(cast(resolve(value), variables[i]!.dtype));
    });
  }

  toString(): string {
    const rate = this.#rate;
    const learningRate = rate instanceof VariableTensor ? rate.snapshot().item() : `${rate}`;
    return shortForm(this, { name: this.name, learningRate });
  }
  [inspect](): string {
    return this.toString();
  }

  getConfig(): Config {
    const rate = this.#rate;
    const config: Config = {
      name: this.name,
      learning_rate:
        rate instanceof VariableTensor ? rate.snapshot().item() : (serializeKerasObject(rate) as Config[string]),
      weight_decay: this.weightDecay,
      clipnorm: this.clipnorm,
      global_clipnorm: this.globalClipnorm,
      clipvalue: this.clipvalue,
      use_ema: this.useEma,
      ema_momentum: this.emaMomentum,
      ema_overwrite_frequency: this.emaOverwriteFrequency,
      loss_scale_factor: this.lossScaleFactor,
      gradient_accumulation_steps: this.gradientAccumulationSteps,
    };
    if (this.#options === baseOptions) return config;
    const { learning_rate: _, ...own } = this.#options.toConfig(this);
    return { ...config, ...own };
  }
  static readonly options: OwnOptions | null = null;
  static fromConfig(config: Config): Optimizer {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    const { options } = this;
    const given = options ? options.fromConfig(config) : optionsOfConfig(config);
    // biome-ignore lint/complexity/noThisInStatic: as above.
    return Reflect.construct(this, [given]) as Optimizer;
  }
}

function asVariable(value: Tensor): VariableTensor {
  if (value instanceof VariableTensor) return value;
  throw new ValueError(
    `optimizer: found a tensor of shape ${showShape(value.shape)} where a variable is wanted; make it with tf.Variable(…).`,
  );
}
function checked(name: string, gradient: Gradient, variable: VariableTensor): Gradient {
  const { shape } = gradient;
  const fits =
    'values' in gradient ? sameShape(shape.slice(1), variable.dims.slice(1)) : sameShape(shape, variable.dims);
  if (!fits)
    throw new ShapeError(
      `optimizer ${name}: the gradient of ${variable.path} has shape ${showShape(shape)}, the variable ${showShape(variable.dims)}; wanted equal shapes.`,
    );
  return gradient;
}

guardMethods(Optimizer_.prototype, 'Optimizer', ['apply', 'applyGradients', 'addVariable']);

export interface Optimizer extends Optimizer_ {}
/** The class to extend for optimizers of one's own. */
export const Optimizer: Class<[options?: OptimizerOptions], Optimizer> = callable(Optimizer_, 'Optimizer');
