// float64 functions that modules import: JavaScript's own, with C's special cases.
// Owns: the table. erf and erfc come from base/special.ts.
import { erf, erfc } from '../../base/special.ts';
import type { DoubleFunction } from './library.ts';

export const doubleFunctionTable: Readonly<Record<DoubleFunction, (a: number, b: number) => number>> = {
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  sqrt: (a) => Math.sqrt(a),
  floor: (a) => Math.floor(a),
  ceil: (a) => Math.ceil(a),
  trunc: (a) => Math.trunc(a),
  nearest: (a) => Math.round(a),
  exp: (a) => Math.exp(a),
  expm1: (a) => Math.expm1(a),
  log: (a) => Math.log(a),
  log1p: (a) => Math.log1p(a),
  sin: (a) => Math.sin(a),
  cos: (a) => Math.cos(a),
  tan: (a) => Math.tan(a),
  asin: (a) => Math.asin(a),
  acos: (a) => Math.acos(a),
  atan: (a) => Math.atan(a),
  sinh: (a) => Math.sinh(a),
  cosh: (a) => Math.cosh(a),
  tanh: (a) => Math.tanh(a),
  asinh: (a) => Math.asinh(a),
  acosh: (a) => Math.acosh(a),
  atanh: (a) => Math.atanh(a),
  erf: (a) => erf(a),
  erfc: (a) => erfc(a),
  // ECMAScript gives NaN for pow(1, NaN) and pow(±1, ±∞), C gives 1.
  pow: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) ? 1 : a ** b),
  atan2: (a, b) => Math.atan2(a, b),
  rem: (a, b) => a % b,
};
