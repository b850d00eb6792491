// The base of ConvLSTM1D, ConvLSTM2D and ConvLSTM3D: ConvLSTMCell along a sequence of pictures.
// Owns: their options and shapes for any number of spatial axes.
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { regularizer } from '../kinds.ts';
import type { LayerValues } from '../layer-options.ts';
import { type Collecting, seedFirst } from './built-in-cell.ts';
import { ConvLSTMCell, convLSTMDefinitions } from './conv-lstm-cell.ts';
import { cellOptions, loopDefinitions, RecurrentLayer, type RecurrentOutput } from './recurrent-layer.ts';

export const convLSTMLayerDefinitions = (rank: number) => ({
  ...loopDefinitions,
  ...convLSTMDefinitions(rank),
  activityRegularizer: o.optional(o.nullable(regularizer), null),
});
export const convLSTMSettings = { positional: ['filters', 'kernelSize', 'strides'] as const };

type Window = number | readonly number[];
/** The arguments of a layer whose options are O: filters and window may stand first. */
export type ConvLSTMArgs<O> =
  | [filters: number, kernelSize: Window, options?: O]
  | [filters: number, options: O & { kernelSize: Window }]
  | [options: O & { filters: number; kernelSize: Window }];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BaseConvLSTM<S extends boolean> extends RecurrentLayer<
  RecurrentOutput<S, [hidden: Tensor, carry: Tensor]>
> {
  override readonly cell: ConvLSTMCell;

  constructor(rank: number, schema: Collecting, args: readonly unknown[]) {
    const seedGenerator = seedFirst(schema, args);
    super(schema, args);
    const own = cellOptions<object>(this, convLSTMDefinitions(rank), 'conv_lstm_cell');
    this.cell = new ConvLSTMCell(rank, { ...own, seedGenerator });
    this.inputSpec = { ndim: rank + 3 };
  }
  protected override stepShape(stepShape: Shape): { output: Shape; states: readonly unknown[] } {
    const output = this.cell.computeOutputShape(stepShape);
    return { output, states: [output, output] };
  }
}
// biome-ignore lint/correctness/noUnusedVariables: the same type parameter as the class.
export interface BaseConvLSTM<S extends boolean>
  extends LayerValues<o.Schema<ReturnType<typeof convLSTMLayerDefinitions>>> {}
