// What a layer asks of its inputs: rank, some dimensions, dtype.
// Owns: the check and its message.
import { type Class, callable } from '../../base/callable.ts';
import type { DType } from '../../base/dtype.ts';
import { refuseUnknown, ShapeError, SIDE_BY_SIDE, ValueError } from '../../base/errors.ts';
import { type Shape, showShape } from '../../base/shape.ts';
import { flattenTree } from '../../base/tree.ts';
import { CompositeTensor } from '../../ops/core/define.ts';
import { RaggedTensor } from '../../ops/ragged/ragged-tensor.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { isTensor } from '../symbolic/keras-tensor.ts';

export interface InputSpecOptions {
  readonly dtype?: DType | null | undefined;
  /** Wanted dimensions, null where any will do. */
  readonly shape?: Shape | null | undefined;
  readonly ndim?: number | null | undefined;
  readonly minNdim?: number | null | undefined;
  readonly maxNdim?: number | null | undefined;
  /** Wanted lengths of some axes: `{ '-1': 64 }`. */
  readonly axes?: Readonly<Record<number, number | null>> | null | undefined;
  /** A trailing dimension of 1 may be missing or too many. */
  readonly allowLastAxisSqueeze?: boolean | undefined;
  readonly name?: string | null | undefined;
  /** Whether there may be none, null, in its place. */
  readonly optional?: boolean | undefined;
}
/** One spec, or one for each input. */
export type InputSpec = InputSpecOptions | readonly (InputSpecOptions | null)[];

class Spec {
  constructor(options: InputSpecOptions = {}) {
    refuseUnknown('InputSpec', options, SPEC);
    Object.assign(this, options);
  }
}
const SPEC = ['dtype', 'shape', 'ndim', 'minNdim', 'maxNdim', 'axes', 'allowLastAxisSqueeze', 'name', 'optional'];
/** What a layer asks of an input. @example this.inputSpec = tf.keras.layers.InputSpec({ ndim: 3, axes: { [-1]: 8 } }) */
export const InputSpec: Class<[options?: InputSpecOptions], InputSpecOptions> = callable(Spec, 'InputSpec');

export function checkInputs(spec: InputSpec, inputs: unknown, layer: string): void {
  const list = Array.isArray(spec) ? (spec as readonly (InputSpecOptions | null)[]) : [spec as InputSpecOptions];
  const tensors = inputs instanceof Tensor ? [inputs] : flattenTree(inputs, isTensor).filter(isTensor);
  if (tensors.length !== list.length) {
    const composite = flattenTree(inputs, isTensor).find((leaf) => leaf instanceof CompositeTensor);
    if (composite)
      throw new ValueError(
        `layer '${layer}' takes dense tensors, found a ${composite.constructor.name}; make it dense first: ${composite instanceof RaggedTensor ? 'x.toTensor()' : 'tf.sparse.toDense(x)'}.`,
      );
    throw new ValueError(
      `layer '${layer}' expected ${list.length} input${list.length === 1 ? '' : 's'}, but received ${tensors.length}. Give one tensor${list.length === 1 ? '' : ' for each of them, in a list'}.${tensors.length === 1 ? ` ${SIDE_BY_SIDE}.` : ''}`,
    );
  }
  list.forEach((wanted, i) => {
    if (wanted) check(wanted, tensors[i]!, i, layer);
  });
}

/** What a layer is called on is not of the shape that it was built for. */
export class InputShapeError extends ShapeError {}

function check(spec: InputSpecOptions, tensor: Tensor, index: number, layer: string): void {
  const found = tensor.shape;
  const refuse = (wanted: string, got: string): never => {
    throw new InputShapeError(
      `Input ${index} of layer '${layer}' is incompatible with the layer: expected ${wanted}, found ${got}. Full shape received: ${showShape(found)}.`,
    );
  };
  const rank = found.length;
  const { shape } = spec;
  if (shape && spec.allowLastAxisSqueeze) {
    if ((rank === shape.length + 1 && found.at(-1) === 1) || (rank === shape.length - 1 && shape.at(-1) === 1)) return;
  }
  const ndim = spec.ndim ?? shape?.length;
  if (ndim !== undefined && ndim !== null && rank !== ndim)
    refuse(shape ? `shape=${showShape(shape)}` : `ndim=${ndim}`, `ndim=${rank}`);
  if (spec.minNdim !== undefined && spec.minNdim !== null && rank < spec.minNdim)
    refuse(`min_ndim=${spec.minNdim}`, `ndim=${rank}`);
  if (spec.maxNdim !== undefined && spec.maxNdim !== null && rank > spec.maxNdim)
    refuse(`max_ndim=${spec.maxNdim}`, `ndim=${rank}`);
  if (spec.dtype && tensor.dtype !== spec.dtype) refuse(`dtype=${spec.dtype}`, `dtype=${tensor.dtype}`);
  for (const [axis, wanted] of Object.entries(spec.axes ?? {})) {
    const length = found.at(Number(axis));
    if (wanted !== null && length !== null && length !== wanted)
      refuse(`axis ${axis} of input shape to have value ${wanted}`, `${length}`);
  }
  shape?.forEach((wanted, axis) => {
    const length = found[axis];
    if (wanted !== null && length !== null && length !== wanted)
      refuse(`shape=${showShape(shape)}`, `shape=${showShape(found)}`);
  });
}
