// Reshape: the elements of each sample in another shape; one dimension may be −1.
// Source: https://keras.io/api/layers/reshaping_layers/reshape/
import { type Class, callable } from '../../../base/callable.ts';
import { resolveReshape, type Shape, sizeOf } from '../../../base/shape.ts';
import { reshape } from '../../../ops/core/arrange.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { KerasTensor } from '../../symbolic/keras-tensor.ts';
import type { Structure, With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const targetShape: o.Kind<Shape> = {
  wanted: 'a shape without the batch; one dimension may be -1',
  parse: (value) => (Array.isArray(value) && value.every((n) => Number.isInteger(n) && n >= -1) ? { value } : null),
};
const options = layerSchema('Reshape', { targetShape: o.required(targetShape) }, { positional: ['targetShape'] });
export interface ReshapeOptions extends LayerOptionsOf<typeof options> {}
type ReshapeArgs = [targetShape: Shape, options?: ReshapeOptions] | [options: With<ReshapeOptions, 'targetShape'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ReshapeLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: ReshapeArgs) {
    super(options, args);
  }
  override call(inputs: Tensor): Tensor {
    const [batch = 1, ...rest] = inputs.dims;
    const dims = resolveReshape(this.targetShape as readonly number[], sizeOf(rest), `Reshape '${this.name}'`, rest);
    return reshape(inputs, [batch, ...dims]);
  }
  override computeOutputSpec(inputs: Structure): Structure {
    const x = inputs as Tensor;
    const rest = x.shape.slice(1);
    const dims = rest.includes(null)
      ? this.targetShape.map((n) => (n === -1 ? null : n))
      : resolveReshape(
          this.targetShape as readonly number[],
          sizeOf(rest as number[]),
          `Reshape '${this.name}'`,
          rest as number[],
        );
    return new KerasTensor([x.shape[0] ?? null, ...dims], x.dtype);
  }
}
interface ReshapeLayer extends LayerValues<typeof options> {}
export interface Reshape extends ReshapeLayer {}
export const Reshape: Class<ReshapeArgs, Reshape> = callable(ReshapeLayer, 'Reshape');
