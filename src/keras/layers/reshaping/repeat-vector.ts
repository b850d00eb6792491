// RepeatVector: (batch, features) → (batch, n, features).
// Source: https://keras.io/api/layers/reshaping_layers/repeat_vector/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import { expandDims, tile } from '../../../ops/core/arrange.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema('RepeatVector', { n: o.required(o.integer({ min: 1 })) }, { positional: ['n'] });
export interface RepeatVectorOptions extends LayerOptionsOf<typeof options> {}
type RepeatVectorArgs = [n: number, options?: RepeatVectorOptions] | [options: With<RepeatVectorOptions, 'n'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RepeatVectorLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: RepeatVectorArgs) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.inputSpec = { ndim: 2 };
  }
  override call(inputs: Tensor): Tensor {
    return tile(expandDims(inputs, 1), [1, this.n, 1]);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return [inputShape[0] ?? null, this.n, inputShape[1] ?? null];
  }
}
interface RepeatVectorLayer extends LayerValues<typeof options> {}
export interface RepeatVector extends RepeatVectorLayer {}
export const RepeatVector: Class<RepeatVectorArgs, RepeatVector> = callable(RepeatVectorLayer, 'RepeatVector');
