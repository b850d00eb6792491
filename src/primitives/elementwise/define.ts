// Makes primitives of the rows of rules.ts and gradients.ts.
// Owns: shape and dtype checks, reference loops, wrapping and rounding, samples. Leaves the arithmetic to the tables.
import { type DType, type DTypeKind, dtypes, isBig, isComplex, roundInPlace } from '../../base/dtype.ts';
import { DTypeError, ShapeError } from '../../base/errors.ts';
import { sameShape, showShape } from '../../base/shape.ts';
import * as ir from '../../compiler/loop-ir.ts';
import type { ArrayValue, MapPrimitive, Params, Sample } from '../../graph/primitive.ts';
import type { Spec } from '../../graph/value.ts';
import { binaryGradients, unaryGradients } from './gradients.ts';
import {
  type BinaryName,
  binaryRules,
  type Comparable,
  type CompareName,
  compareRules,
  type Rule,
  type UnaryName,
  unaryRules,
} from './rules.ts';

const signed = (dtype: DType): boolean => dtypes[dtype].kind !== 'uint' && dtype !== 'bool';

/** Brings a freshly computed register value back into the range of a narrow dtype. */
export function wrap(dtype: DType, value: ir.Expr): ir.Expr {
  switch (dtype) {
    case 'float16':
      return ir.unary('roundF16', value);
    case 'bfloat16':
      return ir.unary('roundBf16', value);
    case 'int8':
      return ir.unary('extend8', value);
    case 'int16':
      return ir.unary('extend16', value);
    case 'uint8':
      return ir.unary('mask8', value);
    case 'uint16':
      return ir.unary('mask16', value);
    default:
      return value;
  }
}

function check(name: string, inputs: readonly Spec[], arity: number, kinds: readonly DTypeKind[]): Spec {
  const [first, second] = inputs;
  if (!first || inputs.length !== arity)
    throw new ShapeError(`${name}: found ${inputs.length} operands, wanted ${arity}.`);
  if (second && (first.dtype !== second.dtype || !sameShape(first.dims, second.dims))) {
    throw new ShapeError(
      `${name}: operands of ${first.dtype} ${showShape(first.dims)} and ${second.dtype} ${showShape(second.dims)}; wanted equal dtypes and shapes.`,
    );
  }
  if (!kinds.includes(dtypes[first.dtype].kind)) {
    const allowed = Object.keys(dtypes).filter((dtype) => kinds.includes(dtypes[dtype as DType].kind));
    throw new DTypeError(
      `${name}: found dtype ${first.dtype}, wanted one of ${allowed.join(', ')}; convert with tf.cast.`,
    );
  }
  return first;
}

/** Applies a rule to whole arrays: the reference. */
function evaluate(rule: Rule, inputs: readonly ArrayValue[], out: ArrayValue): void {
  const dtype = inputs[0]!.dtype;
  const a = inputs[0]!.data as Float64Array;
  const b = (inputs[1]?.data ?? inputs[0]!.data) as Float64Array;
  const y = out.data as Float64Array;
  if (isBig(dtype)) {
    const big = rule.big!;
    const [ba, bb, by] = [inputs[0]!.data, inputs[1]?.data ?? inputs[0]!.data, out.data] as BigInt64Array[];
    for (let i = 0; i < by!.length; i++) by![i] = big(ba![i]!, bb![i]!);
  } else if (isComplex(dtype)) {
    const complex = rule.complex!;
    for (let i = 0; i < y.length; i += 2) {
      const [real, imaginary] = complex(a[i]!, a[i + 1]!, b[i]!, b[i + 1]!);
      y[i] = real;
      y[i + 1] = imaginary;
    }
  } else {
    const number =
      dtype === 'bool'
        ? (x: number, z: number) => rule.number(x, z) & 1
        : dtypes[dtype].kind === 'float'
          ? rule.number
          : (rule.integer ?? rule.number);
    for (let i = 0; i < y.length; i++) y[i] = number(a[i]!, b[i]!);
    roundInPlace(dtype, y);
  }
}

const ONE_OF_EACH: Record<DTypeKind, readonly DType[]> = {
  float: ['float32', 'float64', 'float16', 'bfloat16'],
  int: ['int32', 'int64', 'int8', 'int16'],
  uint: ['uint8', 'uint32', 'uint16', 'uint64'],
  bool: ['bool'],
  complex: ['complex64'],
  string: [],
};

function samplesOf(rule: Rule): Sample[] {
  return rule.kinds.flatMap((kind) =>
    ONE_OF_EACH[kind].flatMap((dtype) =>
      [[5], [3, 7], []].map((dims) => ({
        inputs: Array.from({ length: rule.arity }, () => ({
          dims,
          dtype,
          low: dtypes[dtype].kind === 'uint' ? Math.max(rule.range[0], 1) : rule.range[0],
          high: rule.range[1],
        })),
      })),
    ),
  );
}

function define(name: string, rule: Rule, vjp: MapPrimitive['vjp']): MapPrimitive {
  return {
    name,
    kind: 'map',
    pointwise: true,
    cost: rule.cost,
    monotone: ([x]) => rule.monotone?.includes(dtypes[x!.dtype].kind) ?? false,
    turnsAt: rule.turnsAt,
    absorbing: rule.absorbing,
    infer: (inputs) => {
      const { dims, dtype } = check(name, inputs, rule.arity, rule.kinds);
      return [{ dims, dtype }];
    },
    evaluate: (inputs, _params, [out]) => evaluate(rule, inputs, out!),
    lowers: (inputs) => (rule.lowers ?? ['float', 'int', 'uint', 'bool']).includes(dtypes[inputs[0]!.dtype].kind),
    lower: (context, _params, at) => {
      const { dtype } = context.inputs[0]!;
      const a = context.load(0, at);
      const b = rule.arity === 2 ? context.load(1, at) : a;
      return wrap(dtype, rule.scalar(a, b, signed(dtype)));
    },
    vjp,
    samples: () => samplesOf(rule),
  };
}

function defineUnary(name: UnaryName): MapPrimitive {
  const gradient = unaryGradients[name];
  return define(
    name,
    unaryRules[name],
    gradient && (({ inputs, outputs, cotangents }) => [gradient(cotangents[0]!, inputs[0]!, outputs[0]!)]),
  );
}

function defineBinary(name: BinaryName): MapPrimitive {
  const gradient = binaryGradients[name];
  return define(
    name,
    binaryRules[name],
    gradient &&
      (({ inputs, outputs, cotangents, needs }) => [
        ...gradient(cotangents[0]!, inputs[0]!, inputs[1]!, outputs[0]!, needs),
      ]),
  );
}

function defineCompare(name: CompareName): MapPrimitive {
  const rule = compareRules[name];
  const kinds: readonly DTypeKind[] = ['float', 'int', 'uint', 'bool', 'complex', 'string'];
  return {
    name,
    kind: 'map',
    pointwise: true,
    cost: 1,
    monotone: ([x]) => rule.ordered && ['float', 'int', 'uint', 'bool'].includes(dtypes[x!.dtype].kind),
    infer: (inputs) => [{ dims: check(name, inputs, 2, kinds).dims, dtype: 'bool' }],
    evaluate: ([a, b], _params, [out]) => {
      const y = out!.data as Uint8Array;
      if (isComplex(a!.dtype)) {
        const [p, q] = [a!.data as Float32Array, b!.data as Float32Array];
        const equal = name === 'equal';
        for (let i = 0; i < y.length; i++)
          y[i] = (p[2 * i] === q[2 * i] && p[2 * i + 1] === q[2 * i + 1]) === equal ? 1 : 0;
        return;
      }
      const text = (element: string | Uint8Array): string =>
        typeof element === 'string' ? element : String.fromCharCode(...element);
      const strings = a!.dtype === 'string';
      const p = (strings ? Array.from(a!.data as string[], text) : a!.data) as ArrayLike<Comparable>;
      const q = (strings ? Array.from(b!.data as string[], text) : b!.data) as ArrayLike<Comparable>;
      for (let i = 0; i < y.length; i++) y[i] = rule.number(p[i]!, q[i]!) ? 1 : 0;
    },
    lowers: () => true,
    lower: (context, _params, at) => {
      const [a, b] = [context.load(0, at), context.load(1, at)];
      const { dtype } = context.inputs[0]!;
      if (dtype !== 'bool') return ir.compare(rule.fn, a, b, signed(dtype));
      return ir.compare(rule.fn, ir.convert('i32', a, false), ir.convert('i32', b, false), false);
    },
    vjp: null,
    samples: () =>
      (['float32', 'float64', 'int32', 'int64', 'uint8', 'bool'] as const).map((dtype) => ({
        inputs: [0, 1].map(() => ({
          dims: [4, 5],
          dtype,
          low: dtype === 'bool' || dtype === 'uint8' ? 0 : -2,
          high: 2,
        })),
      })),
  };
}

const names = <N extends string>(table: Record<N, unknown>): N[] => Object.keys(table) as N[];
const collect = <N extends string>(
  list: readonly N[],
  make: (name: N) => MapPrimitive,
): Record<N, MapPrimitive<Params>> =>
  Object.fromEntries(list.map((name) => [name, make(name)])) as Record<N, MapPrimitive<Params>>;

export const unaryPrimitives = collect(names(unaryRules), defineUnary);
export const binaryPrimitives = collect(names(binaryRules), defineBinary);
export const comparePrimitives = collect(names(compareRules), defineCompare);
