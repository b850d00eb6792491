// A layer's weight: a variable with its regularizer, its constraint and its place in the model.

import { Variable_ } from '../../ops/core/variable.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { PendingValue } from '../../runtime/variable.ts';

export interface WeightSettings {
  readonly name: string;
  readonly path: string;
  readonly trainable: boolean;
  readonly regularizer: ((value: Tensor) => Tensor) | null;
  readonly constraint: ((value: Tensor) => Tensor) | null;
}

export class Weight extends Variable_ {
  readonly regularizer: ((value: Tensor) => Tensor) | null;
  /** As it was made: freezing a layer does not change the order of its weights. */
  readonly madeTrainable: boolean;

  constructor(initial: Tensor | PendingValue, settings: WeightSettings) {
    super(initial, { trainable: settings.trainable, name: settings.name, constraint: settings.constraint });
    this.regularizer = settings.regularizer;
    this.madeTrainable = settings.trainable;
    this.path = settings.path;
  }
}
