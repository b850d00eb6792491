// The loop of any cell: its own, where it takes its step apart, else one around its call.
// Owns: the check of what a cell of the user's gives. Leaves the repetition to recurrence.ts.
import { show, ValueError } from '../../../base/errors.ts';
import { packTree } from '../../../base/tree.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { withScope } from '../../../runtime/trace.ts';
import { nameScope } from '../../session.ts';
import { isTensor } from '../../symbolic/keras-tensor.ts';
import type { CallOptions, Structure } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import type { Cell, StepResult } from './cell.ts';
import type { Loop } from './recurrence.ts';
import { asList, flatStates } from './states.ts';

/** For a sequence (time, batch, …) and the states before it. */
export function loopOf(
  cell: Cell,
  sequence: Tensor,
  states: readonly Structure[],
  { training }: CallOptions,
  layer: string,
): Loop {
  const step = { dims: sequence.dims.slice(1), dtype: sequence.dtype };
  const own = cell.loop?.(step, flatStates(states), training ?? false);
  if (own) return own;
  const name = cell instanceof LayerBase ? cell.name : cell.constructor.name;
  const within = <T>(f: () => T): T => nameScope(name, () => withScope(name, f), cell);
  return {
    outputIsState: false,
    project: (x) => x,
    step: (x, flat) => {
      const result: unknown = within(() => cell.call(x, packTree(states, flat, isTensor) as never, { training }));
      if (!Array.isArray(result) || result.length !== 2 || !isTensor(result[0]))
        throw new ValueError(
          `cell '${name}' of layer '${layer}': its call gave ${show(result)}, wanted [output, newStates].`,
        );
      const [output, after] = result as StepResult;
      const next = flatStates(asList(after));
      if (next.length !== flat.length)
        throw new ValueError(
          `cell '${name}' of layer '${layer}': its call gave ${next.length} new states, wanted ${flat.length}, as its stateSize says.`,
        );
      return { output, states: next };
    },
  };
}
