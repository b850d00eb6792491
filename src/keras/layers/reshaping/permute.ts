// Permute: the axes of each sample in another order, counted from 1.
// Source: https://keras.io/api/layers/reshaping_layers/permute/
import { type Class, callable } from '../../../base/callable.ts';
import { show, ValueError } from '../../../base/errors.ts';
import { transpose } from '../../../ops/core/arrange.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { KerasTensor } from '../../symbolic/keras-tensor.ts';
import type { Structure, With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema('Permute', { dims: o.required(o.integers({ min: 1 })) }, { positional: ['dims'] });
export interface PermuteOptions extends LayerOptionsOf<typeof options> {}
type PermuteArgs = [dims: readonly number[], options?: PermuteOptions] | [options: With<PermuteOptions, 'dims'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class PermuteLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: PermuteArgs) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    if ([...this.dims].sort((a, b) => a - b).some((axis, i) => axis !== i + 1))
      throw new ValueError(`Permute: dims: found ${show(this.dims)}, wanted each of 1 to ${this.dims.length} once.`);
    this.inputSpec = { ndim: this.dims.length + 1 };
  }
  override call(inputs: Tensor): Tensor {
    return transpose(inputs, [0, ...this.dims]);
  }
  override computeOutputSpec(inputs: Structure): Structure {
    const x = inputs as Tensor;
    return new KerasTensor([x.shape[0] ?? null, ...this.dims.map((axis) => x.shape[axis] ?? null)], x.dtype);
  }
}
interface PermuteLayer extends LayerValues<typeof options> {}
export interface Permute extends PermuteLayer {}
export const Permute: Class<PermuteArgs, Permute> = callable(PermuteLayer, 'Permute');
