// Discretization: numbers to the bins they fall into; the boundaries are given, or quantiles of data.
// Owns: bins and encoding. Leaves the summary of the data to quantiles.ts.
// Source: https://keras.io/api/layers/preprocessing_layers/numerical/discretization/
import { type Class, callable } from '../../../base/callable.ts';
import type { DType } from '../../../base/dtype.ts';
import { StateError, ValueError } from '../../../base/errors.ts';
import type { Shape } from '../../../base/shape.ts';
import { reshape } from '../../../ops/core/arrange.ts';
import { searchsorted } from '../../../ops/core/sorting.ts';
import { cast, isNan, where } from '../../../ops/math/elementwise.ts';
import { RaggedTensor } from '../../../ops/ragged/ragged-tensor.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';
import { floatx } from '../../config.ts';
import type { Config } from '../../schema.ts';
import * as o from '../../schema.ts';
import { KerasTensor } from '../../symbolic/keras-tensor.ts';
import type { Structure } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { type AdaptData, adaptTo, type Batch } from './adapt.ts';
import { asOutput, encodeCategories, encodedShape, maybeSparse, renameOutputMode } from './encode-categories.ts';
import { binBoundaries, mergeSummaries, type Summary, summarize } from './quantiles.ts';

const options = layerSchema(
  'Discretization',
  {
    binBoundaries: o.optional(o.nullable(o.list(o.number())), null),
    numBins: o.optional(o.nullable(o.integer({ min: 0 })), null),
    epsilon: o.optional(o.number({ min: 0, open: 'min' }), 0.01),
    outputMode: o.optional(o.oneOf('int', 'one_hot', 'multi_hot', 'count'), 'int'),
    sparse: o.optional(o.boolean, false),
    /** Of bins: Keras 2 counted in int64. */
    integerDtype: o.optional(o.oneOf('int32', 'int64'), 'int32', { internal: true }),
  },
  {
    positional: ['binBoundaries', 'numBins', 'epsilon', 'outputMode'],
    renamed: { bins: 'binBoundaries' },
    upgrade: renameOutputMode,
  },
);
export interface DiscretizationOptions extends LayerOptionsOf<typeof options> {}
type DiscretizationArgs =
  | [options?: DiscretizationOptions]
  | [binBoundaries: readonly number[], options?: DiscretizationOptions];
const NOTHING: Summary = { values: [], weights: [] };

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class DiscretizationLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  declare binBoundaries: readonly number[] | null;
  #summary: Summary = NOTHING;

  constructor(...args: DiscretizationArgs) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    const where = `Discretization '${this.name}'`;
    if (this.sparse && this.outputMode === 'int')
      throw new ValueError(`${where}: sparse is for outputMode 'one_hot', 'multi_hot' or 'count'.`);
    if (this.numBins !== null && this.binBoundaries !== null)
      throw new ValueError(`${where}: found both numBins and binBoundaries; wanted one of them.`);
    if (this.numBins === null && this.binBoundaries === null)
      throw new ValueError(`${where}: wanted numBins, to be adapted, or binBoundaries.`);
  }
  override get inputDtype(): DType {
    return floatx();
  }
  get outputDtype(): DType {
    return this.outputMode === 'int' ? this.integerDtype : this.computeDtype;
  }
  /** Finds boundaries that put about as many numbers of the data into each bin. */
  adapt(data: AdaptData, settings: { readonly steps?: number | null } = {}): Promise<void> {
    if (this.numBins === null)
      throw new StateError(
        `Discretization '${this.name}': a layer with binBoundaries cannot be adapted; give numBins instead.`,
      );
    this.resetState();
    const update = (batch: Batch): void => {
      this.updateState(batch);
      // Boundaries are cheap to find anew, so that adapting to arrays is done at once.
      this.finalizeState();
    };
    return adaptTo(data, settings.steps, `Discretization '${this.name}'`, update, update);
  }
  updateState(data: Batch): void {
    const values = data instanceof RaggedTensor ? data.flatValues : data;
    const numbers = Float32Array.from(values.elements as ArrayLike<number | bigint>, Number);
    this.#summary = mergeSummaries(summarize(numbers, this.epsilon), this.#summary, this.epsilon);
  }
  finalizeState(): void {
    if (this.numBins !== null) this.binBoundaries = binBoundaries(this.#summary, this.numBins);
  }
  resetState(): void {
    if (this.numBins !== null) this.#summary = NOTHING;
  }

  #indices(x: Tensor): Tensor {
    if (this.binBoundaries === null)
      throw new StateError(
        `Discretization '${this.name}': it has no boundaries yet: await adapt(data), or give the option binBoundaries.`,
      );
    const edges = eagerTensor(Float32Array.from(this.binBoundaries), [this.binBoundaries.length], 'float32');
    const flat = cast(reshape(x, [x.size]), 'float32');
    // What is no number counts as beyond the last boundary.
    const bins = where(isNan(flat), this.binBoundaries.length, searchsorted(edges, flat, { side: 'right' }));
    return reshape(bins, x.dims);
  }
  override call(inputs: Tensor): Tensor {
    const given: object = inputs;
    if (given instanceof RaggedTensor && this.outputMode === 'int')
      return asOutput(given.withFlatValues(cast(this.#indices(given.flatValues), this.integerDtype)));
    const depth = (this.binBoundaries?.length ?? 0) + 1;
    return maybeSparse(encodeCategories(this.#indices(inputs), this.outputMode, depth, this.outputDtype), this.sparse);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const depth = this.binBoundaries === null ? this.numBins : this.binBoundaries.length + 1;
    return encodedShape(inputShape, this.outputMode, depth);
  }
  override computeOutputSpec(inputs: Structure): Structure {
    return new KerasTensor(this.computeOutputShape((inputs as Tensor).shape), this.outputDtype);
  }
  override getConfig(): Config {
    const { trainable: _, dtype: __, name, ...own } = super.getConfig();
    return { ...own, name: name!, dtype: this.dtype };
  }
  static override fromConfig(config: Config): Discretization {
    const { bin_boundaries: learned = null, ...rest } = config;
    // A layer that was adapted has both: the number asked for, and the boundaries found.
    const both = learned !== null && (config.num_bins ?? null) !== null;
    const layer = new Discretization(options.fromConfig(both ? rest : config));
    if (both) layer.binBoundaries = learned as number[];
    return layer;
  }
}
interface DiscretizationLayer extends LayerValues<typeof options> {}
export interface Discretization extends DiscretizationLayer {}
export const Discretization: Class<DiscretizationArgs, Discretization> = callable(
  DiscretizationLayer,
  'Discretization',
);
