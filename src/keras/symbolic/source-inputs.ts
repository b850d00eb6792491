// keras.utils.getSourceInputs: what a symbolic tensor is computed from.
import { show, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { isKerasTensor, type KerasTensor } from './keras-tensor.ts';

/** The inputs that a symbolic tensor needs, each once, in the order in which they are met. */
export function getSourceInputs(tensor: Tensor): KerasTensor[] {
  if (!isKerasTensor(tensor))
    throw new ValueError(
      `getSourceInputs: found ${show(tensor)}, wanted a symbolic tensor: an Input, or what layers make of one.`,
    );
  const found = new Set<KerasTensor>();
  const seen = new Set<KerasTensor>();
  const visit = (one: KerasTensor): void => {
    if (seen.has(one)) return;
    seen.add(one);
    const node = one.history?.operation.inboundNodes[one.history.nodeIndex];
    if (!node) found.add(one);
    else if (node.isInput) for (const output of node.outputs) found.add(output);
    else node.inputs.forEach(visit);
  };
  visit(tensor);
  return [...found];
}
