// StackedRNNCells: cells on top of each other as one cell.
// Source: https://keras.io/api/layers/recurrent_layers/stacked_rnn_cell/
import { type Class, callable } from '../../../base/callable.ts';
import { show, ValueError } from '../../../base/errors.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { CallOptions, Structure, With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import {
  batchSizeOf,
  type Cell,
  CellLayer,
  cellKind,
  type InitialStateArguments,
  type StatesArgument,
  type StepResult,
} from './cell.ts';
import { asList, type StateSize, zeroStates } from './states.ts';

const options = layerSchema(
  'StackedRNNCells',
  { cells: o.required(o.list(cellKind)) },
  { positional: ['cells'], ignored: ['reverseStateOrder'] },
);
export interface StackedRNNCellsOptions extends LayerOptionsOf<typeof options> {}
type Args =
  | [cells: readonly Cell[], options?: StackedRNNCellsOptions]
  | [options: With<StackedRNNCellsOptions, 'cells'>];

/** The length of a cell's output. */
export function outputSizeOf(cell: Cell): number {
  if (typeof cell.outputSize === 'number') return cell.outputSize;
  const { stateSize } = cell;
  const first = typeof stateSize === 'number' ? stateSize : stateSize[0];
  if (typeof first === 'number') return first;
  throw new ValueError(`a cell has outputSize ${show(cell.outputSize)}, wanted a whole number.`);
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export class StackedRNNCellsLayer extends CellLayer {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
    if (this.cells.length === 0) throw new ValueError('StackedRNNCells: found no cells, wanted one at least.');
    Reflect.set(this, 'outputSize', outputSizeOf(this.cells.at(-1)!));
  }
  override get stateSize(): StateSize {
    return this.cells.map((cell) => cell.stateSize);
  }
  override getInitialState(...args: InitialStateArguments): Structure {
    const batchSize = batchSizeOf(args);
    return this.cells.map((cell) => initialStateOf(cell, batchSize, this.computeDtype));
  }
  override build(inputShape: Shape): void {
    let shape = inputShape;
    for (const cell of this.cells) {
      if (cell instanceof LayerBase && !cell.built) cell.build(shape);
      shape = [inputShape[0] ?? null, outputSizeOf(cell)];
    }
  }
  override call(inputs: Structure, states: StatesArgument, call: CallOptions = {}): StepResult {
    let x = inputs as Tensor;
    const after = this.cells.map((cell, i) => {
      const before = (states as readonly Structure[])[i]!;
      const [output, next] = cell.call(x, asList(before) as never, call) as StepResult;
      x = output;
      return Array.isArray(before) ? asList(next) : asList(next)[0]!;
    });
    return [x, after];
  }
}
/** The first states of any cell. */
export function initialStateOf(cell: Cell, batchSize: number, dtype: Tensor['dtype']): Structure {
  return cell.getInitialState ? cell.getInitialState(batchSize) : zeroStates(cell.stateSize, batchSize, dtype);
}
export interface StackedRNNCellsLayer extends LayerValues<typeof options> {}
export interface StackedRNNCells extends StackedRNNCellsLayer {}
export const StackedRNNCells: Class<Args, StackedRNNCells> = callable(StackedRNNCellsLayer, 'StackedRNNCells');
