// ActivityRegularization: a penalty on what passes through.
// Source: https://keras.io/api/layers/regularization_layers/activity_regularization/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { L1L2 } from '../../regularizers/index.ts';
import type { Config } from '../../schema.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema(
  'ActivityRegularization',
  { l1: o.optional(o.number({ min: 0 }), 0), l2: o.optional(o.number({ min: 0 }), 0) },
  { positional: ['l1', 'l2'] },
);
export interface ActivityRegularizationOptions extends LayerOptionsOf<typeof options> {}
type ActivityRegularizationArgs =
  | [options?: ActivityRegularizationOptions]
  | [l1: ActivityRegularizationOptions['l1'], options?: ActivityRegularizationOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ActivityRegularizationLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  readonly #penalty: (x: Tensor) => Tensor;

  constructor(...args: ActivityRegularizationArgs) {
    super(options, args);
    this.supportsMasking = true;
    this.#penalty = new L1L2({ l1: this.l1, l2: this.l2 });
  }
  override get activityRegularizer(): (x: Tensor) => Tensor {
    return this.#penalty;
  }
  override call(inputs: Tensor): Tensor {
    return inputs;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
  override getConfig(): Config {
    // The regularizer is made of l1 and l2: files do not have it beside them.
    const { activity_regularizer: _, ...config } = super.getConfig();
    return config;
  }
}
interface ActivityRegularizationLayer extends LayerValues<typeof options> {}
export interface ActivityRegularization extends ActivityRegularizationLayer {}
export const ActivityRegularization: Class<ActivityRegularizationArgs, ActivityRegularization> = callable(
  ActivityRegularizationLayer,
  'ActivityRegularization',
);
