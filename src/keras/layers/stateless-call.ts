// A layer's call as a function of the values of its variables.
import { StateError, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { currentValues, StatelessScope, valuesFor } from '../stateless-scope.ts';
import type { Structure } from '../types.ts';

export type StatelessResult = [outputs: Structure, nonTrainableVariables: Tensor[], losses?: Tensor[]];
interface Callee {
  readonly name: string;
  readonly built: boolean;
  readonly trainableVariables: readonly VariableTensor[];
  readonly nonTrainableVariables: readonly VariableTensor[];
  readonly losses: Tensor[];
  clearLosses(): void;
}

export function callStateless(
  layer: Callee,
  trainable: readonly TensorLike[],
  nonTrainable: readonly TensorLike[],
  args: readonly unknown[],
): StatelessResult {
  if (!layer.built)
    throw new StateError(
      `statelessCall of layer '${layer.name}': it is not built, so it has no variables yet. Call it on data, or build it: layer.build(inputShape).`,
    );
  if (args.length === 0)
    throw new ValueError(`statelessCall of layer '${layer.name}': found no inputs after the two lists of values.`);
  const last = args.at(-1);
  const { returnLosses = false, ...options } = (isRecord(last) ? last : {}) as { returnLosses?: boolean };
  const call = layer as object as (...given: readonly unknown[]) => Structure;
  const scope = new StatelessScope({
    stateMapping: [
      ...valuesFor(`statelessCall of layer '${layer.name}': trainableVariables`, layer.trainableVariables, trainable),
      ...valuesFor(
        `statelessCall of layer '${layer.name}': nonTrainableVariables`,
        layer.nonTrainableVariables,
        nonTrainable,
      ),
    ],
  });
  return scope.run(() => {
    if (returnLosses) layer.clearLosses();
    const outputs = args.length > 1 && isRecord(last) ? call(...args.slice(0, -1), options) : call(...args);
    const losses = returnLosses ? layer.losses : null;
    const after = currentValues(scope, layer.nonTrainableVariables);
    return losses ? [outputs, after, losses] : [outputs, after];
  });
}
