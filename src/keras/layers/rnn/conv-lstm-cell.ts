// The cell of ConvLSTM1D, ConvLSTM2D and ConvLSTM3D: an LSTM whose products are convolutions.
// Owns: its options, weights and step for any number of spatial axes. Source: Shi et al. 2015, arxiv.org/abs/1506.04214
import { ShapeError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import type { Spec } from '../../../graph/value.ts';
import { concat, reshape, split } from '../../../ops/core/arrange.ts';
import { zeros } from '../../../ops/core/create.ts';
import { add, multiply } from '../../../ops/math/elementwise.ts';
import { convolution } from '../../../ops/nn/convolution.ts';
import { biasAdd } from '../../../ops/nn/normalization.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import type { SeedGenerator } from '../../random/index.ts';
import * as o from '../../schema.ts';
import type { CallOptions, Structure } from '../../types.ts';
import { checkStrides } from '../convolutional/base-conv.ts';
import { activation } from '../kinds.ts';
import { type LayerValues, layerSchema } from '../layer-options.ts';
import { channelsOf, dataFormat, spatialOf, tensorFlowFormat, windowedShape } from '../spatial.ts';
import { generatorDefinition, seedDefinition, seedFirst, weightDefinitions } from './built-in-cell.ts';
import { batchSizeOf, CellLayer, type InitialStateArguments, type StatesArgument, type StepResult } from './cell.ts';
import { type Drops, drawDrops } from './dropout-masks.ts';
import { forgetBias } from './forget-bias.ts';
import type { Masks } from './products.ts';
import type { Loop } from './recurrence.ts';
import { flatStates } from './states.ts';

/** The options of the cell that its layers have too. */
export const convLSTMDefinitions = (rank: number) => ({
  filters: o.required(o.integer({ min: 1 })),
  kernelSize: o.required(o.perAxis(rank)),
  strides: o.optional(o.perAxis(rank), 1),
  padding: o.optional(o.oneOf('valid', 'same'), 'valid'),
  dataFormat,
  dilationRate: o.optional(o.perAxis(rank), 1),
  activation: o.optional(activation, 'tanh'),
  recurrentActivation: o.optional(activation, 'sigmoid'),
  ...weightDefinitions,
  unitForgetBias: o.optional(o.boolean, true),
  ...seedDefinition,
});
const schemas = [1, 2, 3].map((rank) =>
  layerSchema('ConvLSTMCell', { ...convLSTMDefinitions(rank), ...generatorDefinition }),
);

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export class ConvLSTMCell extends CellLayer {
  kernel!: VariableTensor;
  recurrentKernel!: VariableTensor;
  bias: VariableTensor | null = null;
  readonly seedGenerator: SeedGenerator;
  /** The shape of its states without the batch, once built. */
  #state: readonly number[] = [];

  constructor(rank: number, options: object) {
    const schema = schemas[rank - 1]!;
    const seedGenerator = seedFirst(schema, [options]);
    super(schema, [options]);
    this.seedGenerator = seedGenerator;
    this.inputSpec = { ndim: rank + 2 };
    checkStrides(this);
  }
  /** Two states, whose shapes the input decides. */
  override get stateSize(): readonly [number, number] {
    return [-1, -1];
  }
  /** (batch, …spatial, channels), or channels first → the same with the filters and the lengths after the window. */
  override computeOutputShape(inputShape: Shape): Shape {
    const { kernelSize: window, strides, dilationRate: dilation, padding, dataFormat: format } = this;
    return windowedShape(inputShape, this.filters, { window, strides, dilation, padding, format }, this.name);
  }
  override build(inputShape: Shape): void {
    const format = this.dataFormat;
    if (spatialOf(inputShape, format).includes(null))
      throw new ShapeError(
        `layer '${this.name}': the spatial dimensions of its input must be known: found shape ${showShape(inputShape)} of one step. Give them in Input({ shape }).`,
      );
    const channels = channelsOf(inputShape, format, this.name);
    this.#state = this.computeOutputShape(inputShape).slice(1) as number[];
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, channels, this.filters * 4],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    this.recurrentKernel = this.addWeight({
      name: 'recurrent_kernel',
      shape: [...this.kernelSize, this.filters, this.filters * 4],
      initializer: this.recurrentInitializer,
      regularizer: this.recurrentRegularizer,
      constraint: this.recurrentConstraint,
    });
    if (this.useBias)
      this.bias = this.addWeight({
        name: 'bias',
        shape: [this.filters * 4],
        initializer: this.unitForgetBias ? forgetBias(this.biasInitializer, this.filters) : this.biasInitializer,
        regularizer: this.biasRegularizer,
        constraint: this.biasConstraint,
      });
  }
  override getInitialState(...args: InitialStateArguments): Structure {
    const state = zeros([batchSizeOf(args), ...this.#state], { dtype: this.computeDtype });
    return [state, state];
  }
  loop(inputs: Spec, states: readonly Spec[], training: boolean): Loop {
    return this.#steps(drawDrops(this, 4, inputs, states[0]!, training));
  }
  override call(inputs: Structure, states: StatesArgument, { training }: CallOptions = {}): StepResult {
    const before = flatStates(states);
    const loop = this.loop(inputs as Tensor, before, training ?? false);
    const { output, states: after } = loop.step(loop.project(inputs as Tensor), before);
    return [output, after];
  }

  /** The gates are convolutions of the input and of the last output; the rest is as in an LSTM. */
  #steps(drops: Drops): Loop {
    const kernel = this.inComputeDtype(this.kernel);
    const recurrent = this.inComputeDtype(this.recurrentKernel);
    const bias = this.bias && this.inComputeDtype(this.bias);
    const { activation: activate, recurrentActivation: gate, dataFormat: format } = this;
    const layout = tensorFlowFormat(format);
    const rank = this.kernelSize.length;
    // Counted from the end: in front there may be time.
    const axis = format === 'channels_first' ? -1 - rank : -1;
    const convolve = (x: Tensor, filters: Tensor): Tensor =>
      convolution(x, filters, this.strides, this.padding, layout, this.dilationRate);
    const ofState = (h: Tensor, filters: Tensor): Tensor => convolution(h, filters, 1, 'same', layout, 1);
    return {
      outputIsState: true,
      project: (x) => {
        // All steps at once, as if they were samples.
        const leading = x.dims.slice(0, x.rank - rank - 1);
        const apply = (step: Tensor, filters: Tensor): Tensor => {
          const y = convolve(reshape(step, [-1, ...step.dims.slice(leading.length)]), filters);
          return reshape(y, [...leading, ...y.dims.slice(1)]);
        };
        const y = gated(x, kernel, drops.inputs, axis, apply);
        if (!bias) return y;
        return reshape(biasAdd(reshape(y, [-1, ...y.dims.slice(leading.length)]), bias, layout), y.dims);
      },
      step: (x, [h, c]) => {
        const [i, f, g, o] = split(add(x, gated(h!, recurrent, drops.states, axis, ofState)), 4, axis);
        const memory = add(multiply(gate(f!), c!), multiply(gate(i!), activate(g!)));
        const output = multiply(gate(o!), activate(memory));
        return { output, states: [output, memory] };
      },
    };
  }
}

/** One convolution for all gates; with dropout one for each, of inputs with a mask of their own. */
function gated(
  x: Tensor,
  kernel: Tensor,
  masks: Masks,
  axis: number,
  apply: (x: Tensor, kernel: Tensor) => Tensor,
): Tensor {
  if (!masks) return apply(x, kernel);
  const parts = split(kernel, masks.length, -1).map((part, gate) => apply(multiply(x, masks[gate]!), part));
  return concat(parts, axis);
}
export interface ConvLSTMCell extends LayerValues<o.Schema<ReturnType<typeof convLSTMDefinitions>>> {}
