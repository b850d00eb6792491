// ONNX's element types of less than 16 bits that no dtype here has: 8-bit and 4-bit floats, whole numbers of 4 and 2 bits.
// Owns: their numbers, which dtype carries their values, reading their bits, rounding to them.
// Sources: https://onnx.ai/onnx/technical/float8.html, int4.html, float4.html
import type { DType } from '../../base/dtype.ts';

export interface NarrowType {
  readonly name: string;
  readonly bits: 2 | 4 | 8;
  readonly kind: 'float' | 'scale' | 'int' | 'uint';
  /** The dtype that holds its values. */
  readonly carrier: DType;
  /** The value of each pattern of bits. */
  readonly values: Float64Array;
  /** Of floats: what lies beyond the largest, where it does not saturate. */
  readonly beyond: number;
}

interface FloatFormat {
  readonly bits: 4 | 8;
  readonly exponent: number;
  readonly mantissa: number;
  readonly bias: number;
  /** `ieee`: infinities and several NaN; `fn`: one pattern of each sign is NaN; `fnuz`: −0 is NaN; `none`: all are finite. */
  readonly special: 'ieee' | 'fn' | 'fnuz' | 'none';
}

function narrowFloat(name: string, { bits, exponent, mantissa, bias, special }: FloatFormat): NarrowType {
  const half = 1 << (bits - 1);
  const top = (1 << exponent) - 1;
  const steps = 1 << mantissa;
  const values = Float64Array.from({ length: 1 << bits }, (_, pattern) => {
    const sign = pattern & half ? -1 : 1;
    const e = (pattern >> mantissa) & top;
    const m = pattern & (steps - 1);
    if (special === 'fnuz' && pattern === half) return Number.NaN;
    if (special === 'fn' && (pattern & (half - 1)) === half - 1) return Number.NaN;
    if (special === 'ieee' && e === top) return m === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (e === 0 ? (m / steps) * 2 ** (1 - bias) : (1 + m / steps) * 2 ** (e - bias));
  });
  const largest = Math.max(...values.filter(Number.isFinite));
  const beyond = special === 'ieee' ? Number.POSITIVE_INFINITY : special === 'none' ? largest : Number.NaN;
  return { name, bits, kind: 'float', carrier: 'float32', values, beyond };
}

/** Powers of two from 2^−127 on; there is no sign and no 0. */
const scaleFloat: NarrowType = {
  name: 'float8e8m0',
  bits: 8,
  kind: 'scale',
  carrier: 'float32',
  values: Float64Array.from({ length: 256 }, (_, pattern) => (pattern === 255 ? Number.NaN : 2 ** (pattern - 127))),
  beyond: Number.NaN,
};

function narrowInteger(name: string, bits: 2 | 4, signed: boolean): NarrowType {
  const count = 1 << bits;
  const values = Float64Array.from({ length: count }, (_, pattern) =>
    signed && pattern >= count / 2 ? pattern - count : pattern,
  );
  return { name, bits, kind: signed ? 'int' : 'uint', carrier: signed ? 'int8' : 'uint8', values, beyond: 0 };
}

/** By the number of TensorProto.DataType. */
export const narrowTypes: ReadonlyMap<number, NarrowType> = new Map([
  [17, narrowFloat('float8e4m3fn', { bits: 8, exponent: 4, mantissa: 3, bias: 7, special: 'fn' })],
  [18, narrowFloat('float8e4m3fnuz', { bits: 8, exponent: 4, mantissa: 3, bias: 8, special: 'fnuz' })],
  [19, narrowFloat('float8e5m2', { bits: 8, exponent: 5, mantissa: 2, bias: 15, special: 'ieee' })],
  [20, narrowFloat('float8e5m2fnuz', { bits: 8, exponent: 5, mantissa: 2, bias: 16, special: 'fnuz' })],
  [21, narrowInteger('uint4', 4, false)],
  [22, narrowInteger('int4', 4, true)],
  [23, narrowFloat('float4e2m1', { bits: 4, exponent: 2, mantissa: 1, bias: 1, special: 'none' })],
  [24, scaleFloat],
  [25, narrowInteger('uint2', 2, false)],
  [26, narrowInteger('int2', 2, true)],
]);

/** `count` values out of packed bits, the lowest first. */
export function unpackNarrow(type: NarrowType, bytes: ArrayLike<number>, count: number): Float64Array {
  const each = 8 / type.bits;
  const mask = (1 << type.bits) - 1;
  return Float64Array.from(
    { length: count },
    (_, i) => type.values[(bytes[Math.floor(i / each)]! >> ((i % each) * type.bits)) & mask]!,
  );
}
