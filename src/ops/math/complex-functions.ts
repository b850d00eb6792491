// Functions of complex numbers in terms of their parts, where primitives know real numbers only.
// Owns: the formulas; branch cuts are those of NumPy.
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';

const of = (name: 'sin' | 'cos' | 'sinh' | 'cosh', x: Value): Value => p.unary(name, x);
const one = (z: Value): Value => p.complex(p.onesLike(p.real(z)), p.zerosLike(p.real(z)));
const exp = (z: Value): Value => p.unary('exp', z);
const log = (z: Value): Value => p.unary('log', z);
const root = (z: Value): Value => p.unary('sqrt', z);
/** i·z. */
const turned = (z: Value): Value => p.complex(p.neg(p.imag(z)), p.real(z));
const back = (z: Value): Value => p.complex(p.imag(z), p.neg(p.real(z)));
export const modulus = (z: Value): Value => p.unary('sqrt', p.add(p.square(p.real(z)), p.square(p.imag(z))));
/** The angle of z. */
export const argument = (z: Value): Value => p.binary('atan2', p.imag(z), p.real(z));
/** r·e^(iφ). */
export const polar = (r: Value, angle: Value): Value =>
  p.complex(p.mul(r, of('cos', angle)), p.mul(r, of('sin', angle)));
/** A real number as a complex one. */
export const widened = (x: Value): Value => p.complex(x, p.zerosLike(x));

const sinh = (z: Value): Value => {
  const [a, b] = [p.real(z), p.imag(z)];
  return p.complex(p.mul(of('sinh', a), of('cos', b)), p.mul(of('cosh', a), of('sin', b)));
};
const cosh = (z: Value): Value => {
  const [a, b] = [p.real(z), p.imag(z)];
  return p.complex(p.mul(of('cosh', a), of('cos', b)), p.mul(of('sinh', a), of('sin', b)));
};
const logistic = (z: Value): Value => p.div(one(z), p.add(one(z), exp(p.neg(z))));
const tanh = (z: Value): Value => p.div(sinh(z), cosh(z));
/** sinh⁻¹ z = log(z + √(z² + 1)). */
const asinh = (z: Value): Value => log(p.add(z, root(p.add(p.mul(z, z), one(z)))));
const atanh = (z: Value): Value => {
  const halves = p.sub(log(p.add(one(z), z)), log(p.sub(one(z), z)));
  return p.complex(p.scale(p.real(halves), 0.5), p.scale(p.imag(halves), 0.5));
};
const asin = (z: Value): Value => back(asinh(turned(z)));

export const complexFunctions: Readonly<Record<string, (z: Value) => Value>> = {
  sin: (z) => back(sinh(turned(z))),
  cos: (z) => cosh(turned(z)),
  tan: (z) => back(tanh(turned(z))),
  sinh,
  cosh,
  tanh,
  asinh,
  atanh,
  /** cosh⁻¹ z = log(z + √(z + 1)·√(z − 1)). */
  acosh: (z) => log(p.add(z, p.mul(root(p.add(z, one(z))), root(p.sub(z, one(z)))))),
  asin,
  acos: (z) => {
    const found = asin(z);
    return p.complex(p.sub(p.full(Math.PI / 2, p.real(z)), p.real(found)), p.neg(p.imag(found)));
  },
  atan: (z) => back(atanh(turned(z))),
  logistic,
  rsqrt: (z) => p.div(one(z), root(z)),
  log1p: (z) => log(p.add(one(z), z)),
  expm1: (z) => p.sub(exp(z), one(z)),
  /** z / |z|, and 0 at 0. */
  sign: (z) => {
    const size = modulus(z);
    const none = p.compare('equal', size, p.zerosLike(size));
    const safe = p.select(none, p.onesLike(size), size);
    return p.complex(p.div(p.real(z), safe), p.div(p.imag(z), safe));
  },
};
