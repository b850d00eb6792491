// What a combination starts from.
// Owns: the neutral elements, by operation, type and sign.
import type { Accumulator, Register } from '../../../compiler/loop-ir.ts';

export const isFloat = (type: Register): boolean => type === 'f32' || type === 'f64';

/** What changes nothing when combined. */
export function neutral({ combine, local: { type }, signed }: Accumulator): number | bigint {
  const integer = (value: bigint): number | bigint => (type === 'i64' ? value : Number(value));
  const bits = type === 'i64' ? 64n : 32n;
  switch (combine) {
    case 'add':
      return type === 'i64' ? 0n : isFloat(type) ? -0 : 0;
    case 'or':
      return integer(0n);
    case 'mul':
      return integer(1n);
    case 'and':
      return type === 'bool' ? 1 : integer(-1n);
    case 'min':
      if (isFloat(type)) return Number.POSITIVE_INFINITY;
      if (type === 'bool') return 1;
      return integer(signed ? (1n << (bits - 1n)) - 1n : -1n);
    case 'max':
      if (isFloat(type)) return Number.NEGATIVE_INFINITY;
      if (type === 'bool') return 0;
      return integer(signed ? -(1n << (bits - 1n)) : 0n);
  }
}
