// The base of recurrent layers: a cell along the time axis of a sequence.
// Owns: initial states, stateful ones too, masks, what is returned. Leaves the loop to recurrence.ts, the structure of
// states to states.ts, steps to cells, and the options of each layer to its file.

import { isFloating } from '../../../base/dtype.ts';
import { ShapeError, StateError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import { packTree } from '../../../base/tree.ts';
import { reshape, transpose } from '../../../ops/core/arrange.ts';
import { convertToTensor } from '../../../ops/core/convert.ts';
import { Variable } from '../../../ops/core/variable.ts';
import { cast } from '../../../ops/math/elementwise.ts';
import * as p from '../../../primitives/functions.ts';
import { withTrace } from '../../../runtime/execute.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import type { Config, Json } from '../../schema.ts';
import * as o from '../../schema.ts';
import { nameScope } from '../../session.ts';
import { isTensor } from '../../symbolic/keras-tensor.ts';
import type { CallOptions, Inputs, Structure, TensorLike } from '../../types.ts';
import { isShape, LayerBase, type Result } from '../layer.ts';
import type { LayerValues } from '../layer-options.ts';
import { readBuildConfig, stateShapesOf, withStateShapes } from './build-config.ts';
import { batchSizeOf, type Cell, CellLayer, type InitialStateArguments } from './cell.ts';
import { loopOf } from './cell-loop.ts';
import { type Recurrence, recur } from './recurrence.ts';
import { initialStateOf, outputSizeOf, StackedRNNCellsLayer } from './stacked-rnn-cells.ts';
import { asList, flatStates, givenStates, type StateSize, statesIn } from './states.ts';

/** The options that every recurrent layer has beside those of its cell. */
export const loopDefinitions = {
  returnSequences: o.optional(o.boolean, false),
  returnState: o.optional(o.boolean, false),
  goBackwards: o.optional(o.boolean, false),
  stateful: o.optional(o.boolean, false),
  unroll: o.optional(o.boolean, false),
  zeroOutputForMask: o.optional(o.boolean, false),
  /** Of Keras 2: inputs and outputs are (time, batch, …). */
  timeMajor: o.optional(o.boolean, false, { internal: true }),
} as const;

/** 'auto', true or false; here it makes no difference. */
export const useCudnn = o.optional(
  o.any(
    "'auto', true or false",
    (value: unknown): value is 'auto' | boolean => value === 'auto' || typeof value === 'boolean',
  ),
  'auto',
  { internal: true },
);
/** The options for the cell that a layer makes: those of its own that the cell has too. */
export function cellOptions<O>(layer: LayerBase, definitions: o.Definitions, name: string): O {
  const options = Object.fromEntries(Object.keys(definitions).map((key) => [key, Reflect.get(layer, key) as unknown]));
  return { ...options, name, dtype: layer.dtypePolicy, trainable: layer.trainable } as O;
}

export interface RecurrentCallOptions extends CallOptions {
  /** The states before the first step: one tensor, or a list where the cell has several. */
  initialState?: Inputs | null | undefined;
}
/** What a recurrent layer gives: with returnState the states after the output. */
export type RecurrentOutput<S extends boolean, States extends readonly Tensor[]> = S extends true
  ? [output: Tensor, ...states: States]
  : Tensor;

/** What holds for all cells of a call. */
interface Given {
  readonly mask: Tensor | null;
  readonly zeroStart: boolean;
  readonly call: CallOptions;
}
interface Through {
  readonly run: Recurrence;
  readonly states: readonly Structure[];
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class RecurrentLayer<out O extends Structure = Structure> extends LayerBase<O> {
  abstract readonly cell: Cell;
  override supportsMasking = true;
  #states: readonly VariableTensor[] | null = null;
  #structure: readonly Structure[] = [];
  #stateShapes: Json | null = null;

  constructor(schema: o.SchemaLike, args: readonly unknown[]) {
    super(schema, args);
  }

  // ── States ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Elements of each state. */
  get stateSize(): readonly StateSize[] {
    const { stateSize } = this.cell;
    return typeof stateSize === 'number' ? [stateSize] : stateSize;
  }
  /** Of a stateful layer: where it stands now. */
  get states(): readonly VariableTensor[] | null {
    return this.#states;
  }
  /** The states before the first step, in a list. */
  getInitialState(...args: InitialStateArguments): readonly Structure[] {
    return asList(initialStateOf(this.cell, batchSizeOf(args), this.computeDtype));
  }
  /** Sets the states of a stateful layer to zero, or to the given ones. */
  resetStates(states: Inputs | null = null): void {
    if (!this.#states) {
      if (states === null && this.stateful) return;
      throw new StateError(
        `layer '${this.name}': resetStates needs a stateful layer that was called or built; make it with { stateful: true }.`,
      );
    }
    const like = packTree(
      this.#structure,
      this.#states.map((state) => state.snapshot()),
      isTensor,
    ) as readonly Structure[];
    const given = states === null ? null : flatStates(givenStates(states, like, this.name));
    this.#states.forEach((state, i) => {
      state.set(given ? given[i]! : (p.zerosLike(state) as Tensor));
    });
  }
  resetState(): void {
    this.resetStates();
  }
  #makeStates(batch: number | null, inputShape: Shape): void {
    if (batch === null)
      throw new ShapeError(
        `layer '${this.name}' is stateful, so the size of its batches must be known: found input shape ${showShape(inputShape)}. Give it with Input({ batchShape: [32, …] }) or batchInputShape.`,
      );
    this.#structure = withTrace(null, () => this.getInitialState(batch));
    this.#states = flatStates(this.#structure).map((state) => {
      const dtype = isFloating(state.dtype) ? this.variableDtype : state.dtype;
      return withTrace(null, () => new Variable(cast(state, dtype), { trainable: false, name: 'rnn_state' }));
    });
  }

  // ── Building ────────────────────────────────────────────────────────────────────────────────────────────────────

  override build(inputShape: Shape): void {
    const [batch, time] = this.timeMajor ? [inputShape[1], inputShape[0]] : inputShape;
    if (this.unroll && (time ?? null) === null)
      throw new ShapeError(
        `layer '${this.name}': to unroll, the number of steps must be known: found input shape ${showShape(inputShape)}. Give it with Input({ shape: [steps, …] }), or leave out unroll.`,
      );
    const { cell } = this;
    if (cell instanceof LayerBase && !cell.built) cell.build([batch ?? null, ...inputShape.slice(2)]);
    if (!this.stateful) return;
    if (this.#states) this.resetStates();
    else this.#makeStates(batch ?? null, inputShape);
  }

  /** Files say with which shapes a layer was built: of the sequence, and of the initial states where there were any. */
  override getBuildConfig(): Config | null {
    return withStateShapes(super.getBuildConfig(), this.#stateShapes);
  }
  override buildFromConfig(config: Config): void {
    const { build, states } = readBuildConfig(config);
    this.#stateShapes = states;
    super.buildFromConfig(build);
  }

  // ── Calling ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Initial states may also stand after the sequence, in one list: `layer([x, h, c])`. */
  override invoke(inputs: Inputs, options: RecurrentCallOptions = {}): Result<this> {
    const [sequence, given] = splitInitialState(inputs, options);
    if (!this.built) this.#stateShapes = stateShapesOf(given.initialState);
    return super.invoke(sequence, given);
  }
  #mask(options: RecurrentCallOptions): Tensor | null {
    const given = Array.isArray(options.mask) ? (options.mask as readonly Structure[])[0] : options.mask;
    if (given === null || given === undefined) return null;
    let mask = convertToTensor(given as TensorLike, undefined, `layer '${this.name}': mask`);
    if (mask.rank === 3 && mask.dims[2] === 1) mask = reshape(mask, mask.dims.slice(0, 2));
    if (mask.rank !== 2)
      throw new ShapeError(
        `layer '${this.name}': the mask has shape ${showShape(mask.dims)}, wanted (batch, time): true where a step counts.`,
      );
    const bool = mask.dtype === 'bool' ? mask : cast(mask, 'bool');
    return this.timeMajor ? bool : transpose(bool, [1, 0]);
  }
  #initial(given: Inputs | null | undefined, batch: number): readonly Structure[] {
    if (given !== null && given !== undefined) return givenStates(given, this.getInitialState(batch), this.name);
    const states = this.#states;
    if (!states) return this.getInitialState(batch);
    const expected = states[0]?.dims[0];
    if (expected !== undefined && expected !== batch)
      throw new ShapeError(
        `layer '${this.name}' is stateful with batches of ${expected}, and this batch has ${batch} samples; all batches must have the same size. Drop the last one if it is smaller.`,
      );
    return packTree(
      this.#structure,
      states.map((state) => state.value()),
      isTensor,
    ) as readonly Structure[];
  }

  protected override get takesMask(): boolean {
    return true;
  }
  /** (batch, time, …) → the last output (batch, …), or all (batch, time, …); with returnState then the states. */
  override call(inputs: Structure, options: RecurrentCallOptions = {}): O {
    const given = inputs as Tensor;
    // Time first: each step is a piece of its own.
    const sequence = this.timeMajor ? given : swapped(given);
    const mask = this.#mask(options);
    const batch = sequence.dims[1]!;
    const initial = this.#initial(options.initialState, batch);
    const zeroStart = (options.initialState ?? null) === null && this.#states === null;
    const { run, states } = this.#through(sequence, initial, {
      mask,
      zeroStart,
      call: options,
    });
    const outputs = run.outputs && this.inComputeDtype(run.outputs);
    const output = outputs ? (this.timeMajor ? outputs : swapped(outputs)) : this.inComputeDtype(run.last);
    const after = statesIn(states as Structure, this.computeDtype) as readonly Structure[];
    this.#states?.forEach((variable, i) => {
      variable.set(cast(flatStates(after)[i]!, variable.dtype));
    });
    return (this.returnState ? [output, ...after] : output) as Structure as O;
  }

  /** Stacked cells go through the sequence one after the other: each sees only what the one below gives. */
  #through(sequence: Tensor, initial: readonly Structure[], given: Given): Through {
    const { cell } = this;
    const stacked = cell instanceof StackedRNNCellsLayer && cell.call === StackedRNNCellsLayer.prototype.call;
    if (!stacked) return this.#throughOne(cell, sequence, initial, given, true);
    return nameScope(cell.name, () => {
      let x = sequence;
      let run: Recurrence | null = null;
      const states = cell.cells.map((part, i): Structure => {
        const top = i === cell.cells.length - 1;
        const before = initial[i]!;
        const through = this.#throughOne(part, x, asList(before), given, top);
        run = through.run;
        // Outputs stand in the order of the steps; the next cell goes through them in the same direction.
        if (!top) x = this.goBackwards ? (p.reverse(run.outputs!, [0]) as Tensor) : run.outputs!;
        return Array.isArray(before) ? through.states : through.states[0]!;
      });
      return { run: run!, states };
    });
  }
  #throughOne(cell: Cell, sequence: Tensor, before: readonly Structure[], given: Given, top: boolean): Through {
    // Each cell computes in its own dtype.
    const dtype = cell instanceof LayerBase ? cell.computeDtype : this.computeDtype;
    const initial = statesIn(before as Structure, dtype) as readonly Structure[];
    const x = statesIn(sequence, dtype) as Tensor;
    const run = recur(loopOf(cell, x, initial, given.call, this.name), x, flatStates(initial), {
      mask: given.mask,
      goBackwards: this.goBackwards,
      unroll: this.unroll,
      zeroOutputForMask: top && this.zeroOutputForMask,
      all: !top || this.returnSequences,
      zeroStart: given.zeroStart && cell.getInitialState === CellLayer.prototype.getInitialState,
    });
    return { run, states: packTree(initial, run.states, isTensor) as readonly Structure[] };
  }

  // ── Shapes and masks ────────────────────────────────────────────────────────────────────────────────────────────

  override computeOutputShape(inputShape: Shape): Shape {
    const given = (isShape(inputShape) ? inputShape : inputShape[0]) as Shape;
    const [batch, time] = this.timeMajor ? [given[1] ?? null, given[0] ?? null] : [given[0] ?? null, given[1] ?? null];
    const step = this.stepShape([batch, ...given.slice(2)]);
    const rest = step.output.slice(1);
    const output = this.returnSequences
      ? this.timeMajor
        ? [time, batch, ...rest]
        : [batch, time, ...rest]
      : [batch, ...rest];
    return (this.returnState ? [output, ...step.states] : output) as Shape;
  }
  /** The shapes of one step's output and states. */
  protected stepShape([batch]: Shape): { output: Shape; states: readonly unknown[] } {
    const shapeOf = (size: StateSize): unknown =>
      typeof size === 'number' ? [batch ?? null, size] : size.map(shapeOf);
    return { output: [batch ?? null, outputSizeOf(this.cell)], states: this.stateSize.map(shapeOf) };
  }
  override computeMask(_inputs: Structure, mask: Structure | null): Structure | null {
    const given = Array.isArray(mask) ? ((mask as readonly Structure[])[0] ?? null) : mask;
    return this.returnSequences ? given : null;
  }
}
// biome-ignore lint/correctness/noUnusedVariables: the same type parameter as the class.
export interface RecurrentLayer<out O extends Structure = Structure>
  extends LayerValues<o.Schema<typeof loopDefinitions>> {
  (inputs: Inputs, options?: RecurrentCallOptions): Result<this>;
}

/** The sequence alone, and the states that stood after it in a list as an option. */
export function splitInitialState(inputs: Inputs, options: RecurrentCallOptions): [Inputs, RecurrentCallOptions] {
  if (!Array.isArray(inputs) || !isTensor(inputs[0])) return [inputs, options];
  const [sequence, ...states] = inputs as readonly Inputs[];
  const mask = Array.isArray(options.mask) ? ((options.mask as readonly Structure[])[0] ?? null) : options.mask;
  const given: RecurrentCallOptions = { ...options, mask };
  if (states.length > 0) given.initialState = states;
  return [sequence!, given];
}

/** (batch, time, …) ⇄ (time, batch, …) */
const swapped = (x: Tensor): Tensor => transpose(x, [1, 0, ...x.dims.slice(2).map((_, i) => i + 2)]);
