// UnitNormalization: each sample is divided by its length (L2 norm) over the given axes.
// Source: https://keras.io/api/layers/normalization_layers/unit_normalization/
import { type Class, callable } from '../../../base/callable.ts';
import { ShapeError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { overLength } from './over-length.ts';

const options = layerSchema(
  'UnitNormalization',
  { axis: o.optional(o.either(o.integer(), o.integers()), -1) },
  { positional: ['axis'] },
);
export interface UnitNormalizationOptions extends LayerOptionsOf<typeof options> {}
type UnitNormalizationArgs =
  | [axis: number | readonly number[], options?: UnitNormalizationOptions]
  | [options?: UnitNormalizationOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class UnitNormalizationLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: UnitNormalizationArgs) {
    super(options, args);
    this.supportsMasking = true;
  }
  override call(inputs: Tensor): Tensor {
    return overLength(inputs, this.axis, 1e-12);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    for (const axis of [this.axis].flat())
      if (axis >= inputShape.length || axis < -inputShape.length)
        throw new ShapeError(
          `layer '${this.name}': axis ${axis} is out of bounds for an input of shape ${showShape(inputShape)}.`,
        );
    return inputShape;
  }
}
interface UnitNormalizationLayer extends LayerValues<typeof options> {}
export interface UnitNormalization extends UnitNormalizationLayer {}
export const UnitNormalization: Class<UnitNormalizationArgs, UnitNormalization> = callable(
  UnitNormalizationLayer,
  'UnitNormalization',
);
