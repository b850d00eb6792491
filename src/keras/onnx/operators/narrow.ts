// Values of ONNX's types of less than 16 bits: they are carried by wider dtypes, with a note of what they are.
// Owns: that note, and rounding to such a type. Leaves their bits to formats/onnx/narrow-types.ts.
import { type NarrowType, narrowTypes } from '../../../formats/onnx/narrow-types.ts';
import { arrayFromOnnx, type ExternalData, type OnnxTensor } from '../../../formats/onnx/onnx-tensor.ts';
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';

const notes = new WeakMap<Tensor, NarrowType>();
/** The narrow type of a tensor, where it has one. */
export const narrowOf = (x: Tensor | null | undefined): NarrowType | undefined => (x ? notes.get(x) : undefined);
export function noted(x: Tensor, type: NarrowType | undefined): Tensor {
  if (type) notes.set(x, type);
  return x;
}

/** The tensor of a TensorProto. */
export function fromProto(proto: OnnxTensor, file: string, place: string, external?: ExternalData): Tensor {
  const { data, shape, dtype } = arrayFromOnnx(proto, file, place, external);
  return noted(eagerTensor(data, shape, dtype), narrowTypes.get(proto.dataType));
}

export type RoundMode = 'nearest' | 'up' | 'down';

/** From which size on a value is rounded to the next of `finite`, which ascend. */
function thresholds(finite: readonly number[], mode: RoundMode, tiesUp: boolean): Float32Array {
  const result = new Float32Array(finite.length - 1);
  const bits = new Uint32Array(result.buffer);
  for (let i = 0; i < result.length; i++) {
    const [low, high] = [finite[i]!, finite[i + 1]!];
    result[i] = mode === 'up' ? low : mode === 'down' ? high : (low + high) / 2;
    // At a tie the even one of the two is meant; "more than" is "at least the next float".
    const atLeast = mode === 'down' || (mode === 'nearest' && (tiesUp || i % 2 === 1));
    if (!atLeast) bits[i]!++;
  }
  return result;
}

function floatRounded(x: Tensor, type: NarrowType, saturate: boolean, mode: RoundMode): Tensor {
  const scale = type.kind === 'scale';
  const finite = Array.from(type.values).filter((v) => Number.isFinite(v) && v >= 0 && !Object.is(v, -0));
  const wide = tf.cast(x, 'float32');
  const size = tf.abs(wide);
  const steps = thresholds(finite, mode, scale);
  const passed = tf.greaterEqual(tf.expandDims(size, -1), eagerTensor(steps, [steps.length], 'float32'));
  const place = tf.reduceSum(tf.cast(passed, 'int32'), -1);
  const near = tf.gather(eagerTensor(Float32Array.from(finite), [finite.length], 'float32'), place);
  const largest = finite.at(-1)!;
  const limit = scale ? largest : largest + (largest - finite.at(-2)!) / 2;
  // Halfway beyond the largest the even one of the two is meant.
  const evenLargest = scale || finite.length % 2 === 1;
  const over = evenLargest ? tf.greater(size, limit) : tf.greaterEqual(size, limit);
  let result = tf.where(over, p.full(saturate ? largest : type.beyond, near) as Tensor, near);
  if (!scale) {
    const negative = tf.less(wide, 0);
    result = tf.where(negative, tf.neg(result), result);
  }
  const none = type.kind === 'float' && type.bits === 4 ? 0 : Number.NaN;
  return tf.where(tf.isNan(wide), p.full(none, result) as Tensor, result);
}

/** The values of x in a narrow type: floats to the nearest, whole numbers by their lowest bits. */
export function narrowed(x: Tensor, type: NarrowType, saturate = true, mode: RoundMode = 'nearest'): Tensor {
  if (type.kind === 'float' || type.kind === 'scale') return noted(floatRounded(x, type, saturate, mode), type);
  const half = 1 << (type.bits - 1);
  const low = tf.floormod(tf.cast(x, 'int32'), 2 * half);
  const wrapped = type.kind === 'int' ? tf.subtract(tf.bitwise.bitwiseXor(low, half), half) : low;
  return noted(tf.cast(wrapped, type.carrier), type);
}
