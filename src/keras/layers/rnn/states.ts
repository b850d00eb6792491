// The states of cells as users see them: sizes, nested lists, what is given as initial state.
// Owns: the structures and their checks. Leaves variables of stateful layers to rnn.ts.
import type { DType } from '../../../base/dtype.ts';
import { isFloating } from '../../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../../base/errors.ts';
import { sameShape, showShape } from '../../../base/shape.ts';
import { flattenTree, packTree } from '../../../base/tree.ts';
import { convertToTensor } from '../../../ops/core/convert.ts';
import { zeros } from '../../../ops/core/create.ts';
import { cast } from '../../../ops/math/elementwise.ts';
import { Tensor } from '../../../runtime/tensor.ts';
import type { Inputs, Structure, TensorLike } from '../../types.ts';

/** Elements of a state; a list for several states, nested for cells of cells. */
export type StateSize = number | readonly StateSize[];

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
export const flatStates = (states: unknown): Tensor[] => flattenTree(states, isTensor) as Tensor[];

/** States of zeros. */
export function zeroStates(size: StateSize, batch: number, dtype: DType): Structure {
  return typeof size === 'number'
    ? zeros([batch, size], { dtype })
    : size.map((part) => zeroStates(part, batch, dtype));
}

/** `like` as a list: single states are lists of one. */
export const asList = (states: Structure): readonly Structure[] =>
  Array.isArray(states) ? (states as readonly Structure[]) : [states];

/** What a user gave as initial state, in the structure and dtypes of `like`. */
export function givenStates(given: Inputs, like: readonly Structure[], layer: string): readonly Structure[] {
  const wanted = flatStates(like);
  const holdsTensors = (value: unknown): boolean =>
    Array.isArray(value) ? value.some(holdsTensors) : value instanceof Tensor || ArrayBuffer.isView(value);
  const parts: readonly unknown[] = Array.isArray(given)
    ? holdsTensors(given)
      ? flattenTree(given, (value) => value instanceof Tensor || ArrayBuffer.isView(value) || !holdsTensors(value))
      : unwrapped(given as readonly unknown[], wanted)
    : [given];
  const shapes = wanted.map((state) => showShape(state.dims)).join(', ');
  if (parts.length !== wanted.length)
    throw new ValueError(
      `layer '${layer}': initialState holds ${parts.length} ${parts.length === 1 ? 'state' : 'states'}, wanted ${wanted.length} of shapes ${shapes}, in a list.`,
    );
  const tensors = parts.map((part, i) => {
    const like = wanted[i]!;
    if (part === null || part === undefined)
      throw new ValueError(`layer '${layer}': initialState[${i}] is ${show(part)}, wanted a tensor.`);
    const tensor = convertToTensor(part as TensorLike, undefined, `layer '${layer}': initialState[${i}]`);
    if (!sameShape(tensor.dims, like.dims))
      throw new ShapeError(
        `layer '${layer}': initialState[${i}] has shape ${showShape(tensor.dims)}, wanted ${showShape(like.dims)}: the states have shapes ${shapes}.`,
      );
    return tensor.dtype === like.dtype ? tensor : cast(tensor, like.dtype);
  });
  return packTree(like, tensors, isTensor) as readonly Structure[];
}

/** Nested numbers: one state as it is, or a list of one for each. */
function unwrapped(given: readonly unknown[], wanted: readonly Tensor[]): readonly unknown[] {
  if (wanted.length > 1) return given;
  let depth = 0;
  for (let at: unknown = given; Array.isArray(at); at = at[0]) depth++;
  return depth > wanted[0]!.rank ? given : [given];
}

/** Each floating tensor in that dtype. */
export const statesIn = (states: Structure, dtype: DType): Structure =>
  packTree(
    states,
    flatStates(states).map((state) => (isFloating(state.dtype) && state.dtype !== dtype ? cast(state, dtype) : state)),
    isTensor,
  ) as Structure;
