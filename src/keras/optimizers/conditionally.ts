// Changes of variables that depend on a condition, also inside a program, where both ways are computed and one is taken.
import { where } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { VariableTensor } from '../../runtime/variable.ts';

/** Runs `then` or `otherwise`. `variables` are those that either may change; all others must stay as they are. */
export function conditionally(
  condition: Tensor,
  variables: Iterable<VariableTensor>,
  then: () => void,
  otherwise: () => void = () => {},
): void {
  if (condition.elements) {
    if (condition.elements[0]) then();
    else otherwise();
    return;
  }
  const touched = [...new Set(variables)];
  const before = touched.map((variable) => variable.value());
  then();
  const after = touched.map((variable) => variable.value());
  touched.forEach((variable, i) => {
    if (after[i] !== before[i]) variable.set(before[i]!);
  });
  otherwise();
  touched.forEach((variable, i) => {
    const other = variable.value();
    if (after[i] !== other) variable.set(where(condition, after[i]!, other));
  });
}
