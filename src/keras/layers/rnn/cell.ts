// The base of recurrent cells: layers that compute one step, from an input and the states before it.
// Owns: calling with states (`cell(x, [h, c])`), also with symbolic tensors; what RNN asks of any cell.
// Leaves the repetition to recurrence.ts.

import { show, ValueError } from '../../../base/errors.ts';
import { isRecord } from '../../../base/record.ts';
import type { Spec } from '../../../graph/value.ts';
import { asInteger } from '../../../ops/core/convert.ts';
import { hasSymbolic } from '../../../ops/core/define.ts';
import { bindArguments, type Forms } from '../../../ops/core/signature.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { withScope } from '../../../runtime/trace.ts';
import type { Config, Json, Kind, SchemaLike } from '../../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../../serialization.ts';
import { nameScope } from '../../session.ts';
import { isTensor, kerasTensorsIn, Node } from '../../symbolic/keras-tensor.ts';
import { hasUnknown, symbolicResult } from '../../symbolic/output-spec.ts';
import type { CallOptions, Inputs, Structure } from '../../types.ts';
import { callContext, withCallContext } from '../call-context.ts';
import { LayerBase, type Result, shapesOf } from '../layer.ts';
import type { Loop } from './recurrence.ts';
import { type StateSize, zeroStates } from './states.ts';

/** Output and new states. */
export type StepResult = [output: Tensor, states: Structure];
/** States, as the call of a cell takes them; that of all layers has options in their place. */
export type StatesArgument = Structure | CallOptions | undefined;

/** How the first states are asked for: `getInitialState(32)`, or `{ batchSize: 32 }`. */
export type InitialStateArguments = Forms<[batchSize: number | Tensor], ['batchSize']>;
export function batchSizeOf(args: InitialStateArguments): number {
  const [batchSize] = bindArguments('getInitialState', ['batchSize'], args);
  return asInteger(batchSize as number | Tensor, 'getInitialState: batchSize');
}

/** What RNN asks of a cell, layer or not. */
export interface Cell {
  readonly stateSize: StateSize;
  readonly outputSize?: number | null | undefined;
  call(inputs: Tensor, states: never, options?: CallOptions): unknown;
  /** The first states, where they are not zeros. */
  getInitialState?(batchSize: number): Structure;
  /** Of built-in cells: the step taken apart, for inputs and states of these shapes; null where a subclass has its own call. */
  loop?(inputs: Spec, states: readonly Spec[], training: boolean): Loop | null;
}

export function isCell(value: unknown): value is Cell {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  const { call, stateSize } = value as Partial<Cell>;
  return typeof call === 'function' && stateSize !== undefined && stateSize !== null;
}

/** The cell, or an error that says what it lacks. */
export function checkCell(value: unknown, where: string): Cell {
  if (isCell(value)) return value;
  const lacks =
    value !== null && (typeof value === 'object' || typeof value === 'function')
      ? typeof (value as Partial<Cell>).call !== 'function'
        ? 'a method call(inputs, states)'
        : 'a property stateSize (a whole number, or a list of them, one for each state)'
      : 'everything of a cell';
  throw new ValueError(`${where}: found ${show(value)}, which lacks ${lacks}; wanted a cell such as LSTMCell(32).`);
}
export const cellKind: Kind<Cell> = {
  wanted: 'a cell, such as LSTMCell(32)',
  parse: (value, where) => ({ value: checkCell(value, where) }),
  toConfig: serializeKerasObject,
  fromConfig: partFromConfig,
};
/** A part of a layer from its config. It is built by the layer around it, which gives its weights their paths. */
export function partFromConfig(value: Json): unknown {
  if (!isRecord(value)) return value;
  const { build_config: _, ...config } = value as Config;
  return deserializeKerasObject(config, { modules: ['keras.layers', 'keras'] });
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances are functions.
export abstract class CellLayer extends LayerBase {
  /** Elements of the state; a list where there are several. */
  abstract readonly stateSize: StateSize;
  readonly outputSize: number | null = null;

  constructor(schema: SchemaLike | null, args: readonly unknown[]) {
    super(schema, args);
  }
  /** The first states: zeros. */
  getInitialState(...args: InitialStateArguments): Structure {
    return zeroStates(this.stateSize, batchSizeOf(args), this.computeDtype);
  }
  abstract override call(inputs: Structure, states: StatesArgument, options?: CallOptions): StepResult;

  /** One step: `cell(inputs, states)` gives the output and the new states. */
  override invoke(inputs: Inputs, states: Inputs | CallOptions = {}, options: CallOptions = {}): Result<this> {
    if (!Array.isArray(states) && !isTensor(states))
      throw new ValueError(
        `cell '${this.name}': found states ${show(states)}, wanted the states before the step in a list, as getInitialState(batchSize) gives them.`,
      );
    const [x, before] = this.convertInputs([inputs, states]) as [Structure, Structure];
    return nameScope(
      this.name,
      () => {
        if (!this.built) this.build(shapesOf(x) as never);
        if (hasSymbolic(x) || hasSymbolic(before)) return this.#symbolic(x, before, options);
        const training = options.training ?? callContext()?.training;
        return withCallContext({ training }, () =>
          withScope(this.name, () => this.call(x, before, { ...options, training })),
        );
      },
      this,
    ) as Result<this>;
  }
  #symbolic(inputs: Structure, states: Structure, options: CallOptions): unknown {
    const result = symbolicResult(hasUnknown(kerasTensorsIn([inputs, states])), (replace) =>
      withCallContext({ training: options.training ?? undefined }, () =>
        this.call(replace(inputs) as Structure, replace(states) as Structure, options),
      ),
    );
    return new Node(this, [inputs, states], { ...options }, result).result;
  }
  override run(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): unknown {
    return this.invoke(args[0] as Inputs, args[1] as Inputs, kwargs as CallOptions);
  }
}
export interface CellLayer {
  // biome-ignore lint/style/useShorthandFunctionType: the interface is merged with the class.
  (inputs: Inputs, states: Inputs, options?: CallOptions): Result<this>;
}
