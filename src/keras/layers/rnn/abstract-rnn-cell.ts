// AbstractRNNCell: the class to extend for cells of one's own (of Keras 2; any layer with call and stateSize will do).
// Source: https://www.tensorflow.org/api_docs/python/tf/keras/layers/AbstractRNNCell
import { StateError } from '../../../base/errors.ts';
import type { CallOptions, Structure } from '../../types.ts';
import type { LayerOptions } from '../layer-options.ts';
import { CellLayer, type StatesArgument, type StepResult } from './cell.ts';
import type { StateSize } from './states.ts';

class AbstractCell extends CellLayer {
  constructor(options: LayerOptions = {}) {
    super(options as never, []);
  }
  /** Elements of the state, or of each state in a list. Override it. */
  override get stateSize(): StateSize {
    throw new StateError(
      `cell '${this.name}' (${this.constructor.name}) says no stateSize; write get stateSize() { return 32; } in its class.`,
    );
  }
  /** One step: the output and the new states. Override it. */
  override call(_inputs: Structure, _states: StatesArgument, _options?: CallOptions): StepResult {
    throw new StateError(
      `cell '${this.name}' (${this.constructor.name}) has no call method; write call(inputs, states) { … } in its class.`,
    );
  }
}
export interface AbstractRNNCell extends AbstractCell {}
/** A cell of one's own: `class MyCell extends AbstractRNNCell { get stateSize() { … } call(inputs, states) { … } }`. */
export const AbstractRNNCell: {
  new (options?: LayerOptions): AbstractRNNCell;
  readonly prototype: AbstractRNNCell;
} = AbstractCell;
Object.defineProperty(AbstractCell, 'name', { value: 'AbstractRNNCell' });
