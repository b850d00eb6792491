// How a layer asks for a weight: by name, or with its shape and initializer by position, as Keras's add_weight takes them.
import type { DType } from '../../base/dtype.ts';
import type { Shape } from '../../base/shape.ts';
import { bindArguments } from '../../ops/core/signature.ts';
import type * as constraints from '../constraints/index.ts';
import type * as initializers from '../initializers/index.ts';
import type * as regularizers from '../regularizers/index.ts';
import type { Options } from '../types.ts';

export interface WeightOptions
  extends Options<{
    name: string;
    shape: Shape;
    dtype: DType;
    initializer: initializers.Like;
    regularizer: regularizers.Like | null;
    constraint: constraints.Like | null;
    trainable: boolean;
    /** Whether a layer that computes in another dtype reads it in that one. */
    autocast: boolean;
  }> {}
export type WeightArguments =
  | [options?: WeightOptions]
  | [shape: Shape, options?: Omit<WeightOptions, 'shape'>]
  | [shape: Shape, initializer: initializers.Like, options?: Omit<WeightOptions, 'shape' | 'initializer'>];

const NAMES = ['shape', 'initializer', 'dtype', 'trainable', 'autocast', 'regularizer', 'constraint', 'name'] as const;

export function weightOptions(layer: string, args: readonly unknown[]): WeightOptions {
  const values = bindArguments(`layer '${layer}': addWeight`, NAMES, args);
  return Object.fromEntries(NAMES.map((name, i) => [name, values[i]]));
}
