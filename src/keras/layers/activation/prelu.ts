// PReLU: x above 0, alpha · x below, alpha learnt.
// Source: https://keras.io/api/layers/activation_layers/prelu/

import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Variable } from '../../../ops/core/variable.ts';
import { maximum, multiply, negative, subtract } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { constraint, initializer, regularizer } from '../kinds.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema('PReLU', {
  alphaInitializer: o.optional(initializer, 'zeros'),
  alphaRegularizer: o.optional(o.nullable(regularizer), null),
  alphaConstraint: o.optional(o.nullable(constraint), null),
  sharedAxes: o.optional(o.nullable(o.integers()), null),
});
export interface PReLUOptions extends LayerOptionsOf<typeof options> {}
type PReLUArgs = [options?: PReLUOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class PReLULayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  alpha!: Variable;

  constructor(...args: PReLUArgs) {
    super(options, args);
    this.supportsMasking = true;
  }
  override build(inputShape: Shape): void {
    const shape = inputShape.slice(1);
    for (const axis of this.sharedAxes ?? []) shape[axis - 1] = 1;
    this.alpha = this.addWeight({
      name: 'alpha',
      shape,
      initializer: this.alphaInitializer,
      regularizer: this.alphaRegularizer,
      constraint: this.alphaConstraint,
    });
  }
  override call(inputs: Tensor): Tensor {
    return subtract(maximum(inputs, 0), multiply(this.inComputeDtype(this.alpha), maximum(negative(inputs), 0)));
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface PReLULayer extends LayerValues<typeof options> {}
export interface PReLU extends PReLULayer {}
export const PReLU: Class<PReLUArgs, PReLU> = callable(PReLULayer, 'PReLU');
