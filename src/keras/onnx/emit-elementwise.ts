// Elementwise primitives as ONNX operators.
// Owns: one rule for each. ONNX's operators broadcast, so that small operands stay small.
import { dtypes, isFloating } from '../../base/dtype.ts';
import { ONNX_TYPES } from '../../formats/onnx/onnx-tensor.ts';
import type { GraphValue, Node } from '../../graph/graph.ts';
import type { OnnxBlock } from './builder.ts';

type Rule = (block: OnnxBlock, names: readonly string[], inputs: readonly GraphValue[], node: Node) => string;
const operator =
  (opType: string, attributes = {}): Rule =>
  (block, names) =>
    block.node(opType, names, attributes);
const one = (block: OnnxBlock, like: GraphValue): string => block.scalar(1, like.dtype);
const isBool = (value: GraphValue): boolean => value.dtype === 'bool';
const logical =
  (opType: 'And' | 'Or' | 'Xor'): Rule =>
  (block, names, [a]) =>
    block.node(isBool(a!) ? opType : `Bitwise${opType}`, names);
/** ONNX compares bools only for equality. */
const ordered =
  (opType: string): Rule =>
  (block, names, [a]) =>
    block.node(opType, isBool(a!) ? names.map((name) => block.node('Cast', [name], { to: ONNX_TYPES.int32 })) : names);

const rules: Readonly<Record<string, Rule>> = {
  neg: operator('Neg'),
  abs: operator('Abs'),
  sign: operator('Sign'),
  floor: operator('Floor'),
  ceil: operator('Ceil'),
  round: operator('Round'),
  trunc: (block, [x]) => block.node('Mul', [block.node('Sign', [x!]), block.node('Floor', [block.node('Abs', [x!])])]),
  exp: operator('Exp'),
  log: operator('Log'),
  // exp(x) − 1 = 2 sinh(x / 2) exp(x / 2), without loss near 0.
  expm1: (block, [name], [x]) => {
    const half = block.node('Mul', [name!, block.scalar(0.5, x!.dtype)]);
    const product = block.node('Mul', [block.node('Sinh', [half]), block.node('Exp', [half])]);
    return block.node('Mul', [product, block.scalar(2, x!.dtype)]);
  },
  // log(1 + x) = 2 atanh(x / (2 + x)), without loss near 0.
  log1p: (block, [name], [x]) => {
    const two = block.scalar(2, x!.dtype);
    const ratio = block.node('Div', [name!, block.node('Add', [name!, two])]);
    return block.node('Mul', [block.node('Atanh', [ratio]), two]);
  },
  sqrt: operator('Sqrt'),
  rsqrt: (block, [x]) => block.node('Reciprocal', [block.node('Sqrt', [x!])]),
  sin: operator('Sin'),
  cos: operator('Cos'),
  tan: operator('Tan'),
  asin: operator('Asin'),
  acos: operator('Acos'),
  atan: operator('Atan'),
  sinh: operator('Sinh'),
  cosh: operator('Cosh'),
  tanh: operator('Tanh'),
  asinh: operator('Asinh'),
  acosh: operator('Acosh'),
  atanh: operator('Atanh'),
  erf: operator('Erf'),
  erfc: (block, [name], [x]) => block.node('Sub', [one(block, x!), block.node('Erf', [name!])]),
  logistic: operator('Sigmoid'),
  not: (block, [name], [x]) => block.node(isBool(x!) ? 'Not' : 'BitwiseNot', [name!]),
  stopGradient: operator('Identity'),
  isFinite: (block, [x]) =>
    block.node('Not', [block.node('Or', [block.node('IsInf', [x!]), block.node('IsNaN', [x!])])]),

  add: operator('Add'),
  sub: operator('Sub'),
  mul: operator('Mul'),
  div: operator('Div'),
  rem: operator('Mod', { fmod: 1 }),
  pow: operator('Pow'),
  max: operator('Max'),
  min: operator('Min'),
  // atan(y / x), turned by π where x is negative; y / 0 is an infinity of y's sign, and 0 / 0 is left to the last rule.
  atan2: (block, [y, x], [, like]) => {
    const number = (value: number) => block.scalar(value, like!.dtype);
    const zero = number(0);
    const half = block.node('Atan', [block.node('Div', [y!, x!])]);
    const turn = block.node('Where', [block.node('Less', [y!, zero]), number(-Math.PI), number(Math.PI)]);
    const turned = block.node('Where', [block.node('Less', [x!, zero]), block.node('Add', [half, turn]), half]);
    const none = block.node('And', [block.node('Equal', [x!, zero]), block.node('Equal', [y!, zero])]);
    return block.node('Where', [none, zero, turned]);
  },
  and: logical('And'),
  or: logical('Or'),
  xor: logical('Xor'),
  shiftLeft: operator('BitShift', { direction: 'LEFT' }),
  shiftRight: operator('BitShift', { direction: 'RIGHT' }),

  equal: operator('Equal'),
  notEqual: (block, names) => block.node('Not', [block.node('Equal', names)]),
  less: ordered('Less'),
  lessEqual: ordered('LessOrEqual'),
  greater: ordered('Greater'),
  greaterEqual: ordered('GreaterOrEqual'),

  select: operator('Where'),
  convert: (block, [name], [x], node) => {
    const { dtype } = node.outputs[0]!;
    const to = { to: ONNX_TYPES[dtype] };
    // Whole numbers that do not fit wrap around here; ONNX leaves that open for floats, so they go by way of int64.
    const narrow = isFloating(x!.dtype) && dtypes[dtype].bits < 32 && !isFloating(dtype) && dtype !== 'bool';
    return block.node('Cast', [narrow ? block.node('Cast', [name!], { to: ONNX_TYPES.int64 }) : name!], to);
  },
};

/** Whether a primitive goes element by element. */
export const isElementwise = (name: string): boolean => name in rules;

export function emitElementwise(block: OnnxBlock, node: Node): void {
  const rule = rules[node.primitive!.name]!;
  // One operand alone may stay small: its result is small too.
  if (node.inputs.length === 1) {
    const small = block.thin(node.inputs[0]!);
    block.set(node.outputs[0]!, rule(block, [small ?? block.full(node.inputs[0]!)], node.inputs, node), small !== null);
    return;
  }
  block.set(node.outputs[0]!, rule(block, block.operands(node.inputs), node.inputs, node));
}
