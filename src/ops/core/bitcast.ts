// tf.bitcast: the same bits as another dtype.
// Owns: sizes that differ, where the last axis is split or joined, and 16-bit floats, which are held as float32.
import { asDType, type Data, type DType, dtypes } from '../../base/dtype.ts';
import { DTypeError, ShapeError } from '../../base/errors.ts';
import { type Dims, showShape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from './convert.ts';
import { hostFunction } from './host.ts';
import { signature } from './signature.ts';

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);
/** The 16 bits of a number that a 16-bit float holds exactly. */
function halfBits(x: number, dtype: DType): number {
  floats[0] = x;
  if (dtype === 'bfloat16') return words[0]! >>> 16;
  const sign = (words[0]! >>> 16) & 0x8000;
  const magnitude = Math.abs(x);
  if (Number.isNaN(x)) return sign | 0x7e00;
  if (magnitude === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | Math.round(magnitude * 2 ** 24);
  return sign | ((((words[0]! >>> 23) & 0xff) - 112) << 10) | ((words[0]! >>> 13) & 0x3ff);
}
function halfValue(bits: number, dtype: DType): number {
  if (dtype === 'bfloat16') {
    words[0] = bits << 16;
    return floats[0]!;
  }
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const rest = bits & 0x3ff;
  if (exponent === 31) return rest ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? rest * 2 ** -24 : (1024 + rest) * 2 ** (exponent - 25));
}
const isHalf = (dtype: DType): boolean => dtype === 'float16' || dtype === 'bfloat16';
function toBytes(data: Data, dtype: DType): Uint8Array {
  if (isHalf(dtype)) return new Uint8Array(Uint16Array.from(data as Float32Array, (x) => halfBits(x, dtype)).buffer);
  const view = data as Uint8Array;
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
function fromBytes(bytes: Uint8Array, out: Data, dtype: DType): void {
  if (isHalf(dtype)) {
    const bits = new Uint16Array(bytes.slice().buffer);
    for (let i = 0; i < bits.length; i++) (out as Float32Array)[i] = halfValue(bits[i]!, dtype);
    return;
  }
  toBytes(out, dtype).set(bytes);
}

/** The bits of a tensor read as another dtype; a smaller one adds an axis, a larger one takes the last away. */
export const bitcast = signature('bitcast', ['input', 'type'], (input: TensorLike, type: DType): Tensor => {
  const x = convertToTensor(input, undefined, 'bitcast');
  const to = asDType(type);
  const [from, into] = [dtypes[x.dtype].bits, dtypes[to].bits];
  if (from === 0 || into === 0) throw new DTypeError(`bitcast: ${x.dtype} to ${to}; wanted dtypes of fixed size.`);
  if (from === into && !isHalf(x.dtype) && !isHalf(to)) return p.bitcast(x, to) as Tensor;
  let dims: Dims = x.dims;
  if (from > into) dims = [...x.dims, from / into];
  else if (from < into) {
    if (x.dims.at(-1) !== into / from)
      throw new ShapeError(
        `bitcast: ${x.dtype} ${showShape(x.dims)} to ${to}: the last axis must have length ${into / from}.`,
      );
    dims = x.dims.slice(0, -1);
  }
  const call = hostFunction(
    `bitcast ${to}`,
    () => [{ dims, dtype: to }],
    ([source], [out]) => {
      fromBytes(toBytes(source!.data, source!.dtype), out!.data, to);
    },
  );
  return p.customCall(call, [x])[0] as Tensor;
});
