// Elementwise primitives, comparisons and conversions in TensorFlow.
// Owns: the names of their ops, broadcasting left to TensorFlow, and the helper that enters many primitives at once.
import { type DType, dtypes } from '../../../base/dtype.ts';
import type { GraphValue, Node } from '../../../graph/graph.ts';
import { type GraphTranslation, isFloat, type NodeTable, T, type Write } from '../graph-translation.ts';
import { attribute, type Reference } from '../graph-writer.ts';

const UNARY: Readonly<Record<string, string>> = {
  neg: 'Neg',
  abs: 'Abs',
  sign: 'Sign',
  floor: 'Floor',
  ceil: 'Ceil',
  round: 'Rint',
  exp: 'Exp',
  expm1: 'Expm1',
  log: 'Log',
  log1p: 'Log1p',
  sqrt: 'Sqrt',
  rsqrt: 'Rsqrt',
  sin: 'Sin',
  cos: 'Cos',
  tan: 'Tan',
  asin: 'Asin',
  acos: 'Acos',
  atan: 'Atan',
  sinh: 'Sinh',
  cosh: 'Cosh',
  tanh: 'Tanh',
  asinh: 'Asinh',
  acosh: 'Acosh',
  atanh: 'Atanh',
  erf: 'Erf',
  erfc: 'Erfc',
  logistic: 'Sigmoid',
  isFinite: 'IsFinite',
};
const BINARY: Readonly<Record<string, string>> = {
  add: 'AddV2',
  sub: 'Sub',
  mul: 'Mul',
  pow: 'Pow',
  atan2: 'Atan2',
  max: 'Maximum',
  min: 'Minimum',
  shiftLeft: 'LeftShift',
  shiftRight: 'RightShift',
  rem: 'TruncateMod',
};
const LOGICAL: Readonly<Record<string, string>> = {
  and: 'LogicalAnd',
  or: 'LogicalOr',
  xor: 'NotEqual',
  max: 'LogicalOr',
  min: 'LogicalAnd',
  mul: 'LogicalAnd',
  add: 'LogicalOr',
};
const BITWISE: Readonly<Record<string, string>> = { and: 'BitwiseAnd', or: 'BitwiseOr', xor: 'BitwiseXor' };
const COMPARE: Readonly<Record<string, string>> = {
  equal: 'Equal',
  notEqual: 'NotEqual',
  less: 'Less',
  lessEqual: 'LessEqual',
  greater: 'Greater',
  greaterEqual: 'GreaterEqual',
};

/** The same for each of these primitives. */
export const same = (names: readonly string[], write: Write): Record<string, Write> =>
  Object.fromEntries(names.map((name) => [name, write]));

function binary(w: GraphTranslation, node: Node): Reference {
  const [a, b] = node.inputs as [GraphValue, GraphValue];
  const name = node.primitive!.name;
  const operands = [w.operand(a, [b]), w.operand(b, [a])];
  if (name in COMPARE) {
    if (a.dtype === 'bool' && name !== 'equal' && name !== 'notEqual')
      return w.writer.one(
        COMPARE[name]!,
        operands.map((x) => w.cast(x, 'bool', 'int32')),
        T('int32'),
      );
    return w.writer.one(COMPARE[name]!, operands, T(a.dtype));
  }
  if (a.dtype === 'bool') return w.writer.one(LOGICAL[name]!, operands, name === 'xor' ? T('bool') : {});
  if (name === 'div')
    return w.writer.one(isFloat(a.dtype) || a.dtype === 'complex64' ? 'RealDiv' : 'TruncateDiv', operands, T(a.dtype));
  return w.writer.one(BINARY[name] ?? BITWISE[name]!, operands, T(a.dtype));
}
function unary(w: GraphTranslation, node: Node): Reference {
  const [x] = node.inputs as [GraphValue];
  const name = node.primitive!.name;
  if (name === 'not')
    return w.writer.one(x.dtype === 'bool' ? 'LogicalNot' : 'Invert', [w.of(x)], x.dtype === 'bool' ? {} : T(x.dtype));
  if (name === 'abs' && dtypes[x.dtype].kind === 'uint') return w.of(x);
  if (name === 'trunc') {
    const size = w.writer.one('Floor', [w.writer.one('Abs', [w.of(x)], T(x.dtype))], T(x.dtype));
    return w.writer.one('Mul', [size, w.writer.one('Sign', [w.of(x)], T(x.dtype))], T(x.dtype));
  }
  return w.writer.one(UNARY[name]!, [w.of(x)], T(x.dtype));
}

export const elementwise: NodeTable = {
  ...same([...Object.keys(UNARY), 'not', 'trunc'], unary),
  ...same([...Object.keys(BINARY), ...Object.keys(BITWISE), ...Object.keys(COMPARE), 'div'], binary),
  select: (w, { inputs: [c, a, b] }) =>
    w.writer.one('SelectV2', [w.operand(c!, [a!, b!]), w.operand(a!, [c!, b!]), w.operand(b!, [c!, a!])], T(a!.dtype)),
  convert: (w, { inputs: [x], params }) =>
    x!.dtype === 'bool' || params.dtype !== 'bool'
      ? w.cast(w.of(x!), x!.dtype, params.dtype as DType)
      : w.writer.one('NotEqual', [w.of(x!), w.writer.scalar(0, x!.dtype)], T(x!.dtype)),
  bitcast: (w, { inputs: [x], params }) =>
    w.writer.one('Bitcast', [w.of(x!)], { ...T(x!.dtype), type: attribute.type(params.dtype as DType) }),
  stopGradient: (w, { inputs: [x] }) => w.writer.one('StopGradient', [w.of(x!)], T(x!.dtype)),
};
