// What is said of a `call` that fails or gives nothing: in which layer that was, and on what.
// Owns: the wording, and that only the innermost layer is named. Leaves calling to layer.ts.
import { annotated, CornuError, InternalError, KeyboardInterrupt, StateError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { flattenTree } from '../../base/tree.ts';
import { Tensor } from '../../runtime/tensor.ts';

interface Called {
  readonly name: string;
}
/** Errors that a layer further in was named for. */
const placed = new WeakSet<CornuError>();

/** The error with the layer in whose `call` it was thrown, and the shapes that were given; errors that name it stay. */
export function inLayer(error: unknown, layer: Called, inputs: unknown): unknown {
  if (!(error instanceof CornuError) || placed.has(error)) return error;
  placed.add(error);
  const aside = error instanceof InternalError || error instanceof KeyboardInterrupt;
  if (aside || error.message.includes(`'${layer.name}'`)) return error;
  const given = flattenTree(inputs, isTensor).filter(isTensor);
  const shapes = given.map(({ shape, dtype }) => `${showShape(shape)} ${dtype}`).join(', ');
  return annotated(error, `in layer '${layer.name}' (${layer.constructor.name})${shapes && `, called on ${shapes}`}`);
}

/** The error for what no layer may give: nothing, or a promise. */
export function noOutputs(layer: Called, outputs: undefined | Promise<unknown>): StateError {
  const where = `layer '${layer.name}' (${layer.constructor.name})`;
  return new StateError(
    outputs === undefined
      ? `${where}: its call gave undefined; wanted a tensor, or tensors in a list or record. Is there a return?`
      : `${where}: its call is asynchronous; wanted a tensor, or tensors in a list or record. Do what must be awaited before the call.`,
  );
}

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
