// What SimpleRNNCell, LSTMCell and GRUCell share: kernels for inputs and states, dropout, a step taken apart.
// Owns: the options of all of them and their weights. A cell says how many gates it has and what a step does.
import { ShapeError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import type { Spec } from '../../../graph/value.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import { SeedGenerator } from '../../random/index.ts';
import * as o from '../../schema.ts';
import type { CallOptions, Structure } from '../../types.ts';
import { constraint, initializer, regularizer } from '../kinds.ts';
import type { LayerValues } from '../layer-options.ts';
import { CellLayer, type StatesArgument, type StepResult } from './cell.ts';
import { type Drops, drawDrops } from './dropout-masks.ts';
import type { Loop } from './recurrence.ts';
import { flatStates } from './states.ts';

/** A share from 0 to 1; what lies outside counts as the nearest of the two. */
const rate: o.Kind<number> = {
  wanted: 'a number from 0 to 1',
  parse: (value) =>
    typeof value === 'number' && !Number.isNaN(value) ? { value: Math.min(1, Math.max(0, value)) } : null,
};
/** The options that every built-in cell and its layer have. */
export const weightDefinitions = {
  useBias: o.optional(o.boolean, true),
  kernelInitializer: o.optional(initializer, 'glorot_uniform'),
  recurrentInitializer: o.optional(initializer, 'orthogonal'),
  biasInitializer: o.optional(initializer, 'zeros'),
  kernelRegularizer: o.optional(o.nullable(regularizer), null),
  recurrentRegularizer: o.optional(o.nullable(regularizer), null),
  biasRegularizer: o.optional(o.nullable(regularizer), null),
  kernelConstraint: o.optional(o.nullable(constraint), null),
  recurrentConstraint: o.optional(o.nullable(constraint), null),
  biasConstraint: o.optional(o.nullable(constraint), null),
  dropout: o.optional(rate, 0),
  recurrentDropout: o.optional(rate, 0),
} as const;
export const unitsDefinition = { units: o.required(o.integer({ min: 1 })) } as const;
export const seedDefinition = { seed: o.optional(o.seed, null) } as const;
/** How Keras multiplies: 1 gate by gate, 2 all gates at once. It decides how many dropout masks are drawn. */
export const implementationDefinition = {
  implementation: o.optional(o.integer({ min: 0, max: 2 }), 2, { internal: true }),
} as const;
const isGenerator = (value: unknown): value is SeedGenerator => value instanceof SeedGenerator;
/** Where a layer makes the generator before its cell. */
export const generatorDefinition = {
  seedGenerator: o.optional(o.nullable(o.any('a SeedGenerator', isGenerator)), null, { internal: true }),
} as const;
/** A schema, whatever its options. */
export interface Collecting extends o.SchemaLike {
  collect(args: readonly unknown[]): Record<string, unknown>;
}
/** The generator of cells that Keras gives one before their initializers: so these draw the same seeds. */
export function seedFirst(options: Collecting, args: readonly unknown[]): SeedGenerator {
  const { seed, seedGenerator } = options.collect(args);
  if (isGenerator(seedGenerator)) return seedGenerator;
  return new SeedGenerator({ seed: typeof seed === 'number' && Number.isInteger(seed) ? seed : null });
}

const shared = { ...unitsDefinition, ...weightDefinitions, ...seedDefinition };

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BuiltInCell extends CellLayer {
  kernel!: VariableTensor;
  recurrentKernel!: VariableTensor;
  bias: VariableTensor | null = null;
  readonly seedGenerator: SeedGenerator;
  override readonly outputSize: number;

  constructor(schema: o.SchemaLike, args: readonly unknown[], seedGenerator?: SeedGenerator) {
    super(schema, args);
    this.seedGenerator = seedGenerator ?? new SeedGenerator({ seed: this.seed });
    this.outputSize = this.units;
  }
  /** How often `units` the kernels are wide. */
  protected abstract readonly gates: number;
  /** How many dropout masks are drawn for inputs, and for states. */
  protected abstract readonly maskCount: number;
  protected abstract steps(drops: Drops): Loop;

  protected biasShape(): readonly number[] {
    return [this.units * this.gates];
  }
  protected firstBias(): typeof this.biasInitializer {
    return this.biasInitializer;
  }
  override build(inputShape: Shape): void {
    const length = inputShape.at(-1);
    if (length === null || length === undefined)
      throw new ShapeError(
        `cell '${this.name}': the last dimension of its input ${showShape(inputShape)} must be known. Give it in Input({ shape }).`,
      );
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [length, this.units * this.gates],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    this.recurrentKernel = this.addWeight({
      name: 'recurrent_kernel',
      shape: [this.units, this.units * this.gates],
      initializer: this.recurrentInitializer,
      regularizer: this.recurrentRegularizer,
      constraint: this.recurrentConstraint,
    });
    if (this.useBias)
      this.bias = this.addWeight({
        name: 'bias',
        shape: this.biasShape(),
        initializer: this.firstBias(),
        regularizer: this.biasRegularizer,
        constraint: this.biasConstraint,
      });
  }
  /** The step taken apart. */
  loop(inputs: Spec, states: readonly Spec[], training: boolean): Loop | null {
    return this.call === BuiltInCell.prototype.call ? this.#begin(inputs, states, training) : null;
  }
  /** Draws the dropout masks, which then hold for all steps. */
  #begin(inputs: Spec, states: readonly Spec[], training: boolean): Loop {
    return this.steps(drawDrops(this, this.maskCount, inputs, states[0]!, training));
  }
  override call(inputs: Structure, states: StatesArgument, { training }: CallOptions = {}): StepResult {
    const before = flatStates(states);
    const loop = this.#begin(inputs as Tensor, before, training ?? false);
    const step = loop.step(loop.project(inputs as Tensor), before);
    return [step.output, Array.isArray(states) ? step.states : step.states[0]!];
  }
}
export interface BuiltInCell extends LayerValues<o.Schema<typeof shared>> {}
