// Effects inside programs: printing and checks that run each time a compiled function runs.
// Owns: keeping such calls alive: their result is assigned to a variable, so the program needs it.
import type { ArrayValue } from '../../graph/primitive.ts';
import * as p from '../../primitives/functions.ts';
import { resolve, withTrace } from '../../runtime/execute.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import { activeTrace } from '../../runtime/trace.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import { hostFunction } from './host.ts';

let order: VariableTensor | null = null;

/** Runs `run` on the values of tensors: now, or whenever the program being traced runs, in the order of these calls. */
export function effect(name: string, tensors: readonly Tensor[], run: (values: readonly Tensor[]) => void): void {
  const values = tensors.map(resolve);
  if (!activeTrace()) {
    run(values);
    return;
  }
  order ??= withTrace(
    null,
    () => new VariableTensor(eagerTensor(new Int32Array(1), [], 'int32'), { trainable: false, name: 'effects' }),
  );
  const call = hostFunction(
    name,
    () => [{ dims: [], dtype: 'int32' }],
    ([before, ...arrays], [out]) => {
      run(arrays.map(({ data, dims, dtype }: ArrayValue) => eagerTensor(data.slice() as never, dims, dtype)));
      out!.data[0] = ((before!.data[0] as number) + 1) | 0;
    },
  );
  order.set(p.customCall(call, [order.value(), ...values])[0] as Tensor);
}
