// TensorFlow's elementwise ops, reductions and products, by the names that graphs have for them.
import * as ops from '../../ops/index.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Implementation, Implementations, NodeView } from './node.ts';
import { integersOf } from './operands.ts';

type One = (x: Tensor) => Tensor;
type Two = (x: Tensor, y: Tensor) => Tensor;

const { math, nn, linalg, bitwise } = ops;
const { special } = math;

const unary: Readonly<Record<string, One>> = {
  Abs: math.abs,
  Acos: math.acos,
  Acosh: math.acosh,
  Asin: math.asin,
  Asinh: math.asinh,
  Atan: math.atan,
  Atanh: math.atanh,
  BesselI0: math.besselI0,
  BesselI0e: math.besselI0e,
  BesselI1: math.besselI1,
  BesselI1e: math.besselI1e,
  BesselJ0: special.besselJ0,
  BesselJ1: special.besselJ1,
  BesselK0: special.besselK0,
  BesselK0e: special.besselK0e,
  BesselK1: special.besselK1,
  BesselK1e: special.besselK1e,
  BesselY0: special.besselY0,
  BesselY1: special.besselY1,
  Ceil: math.ceil,
  ComplexAbs: math.abs,
  Conj: math.conj,
  Cos: math.cos,
  Cosh: math.cosh,
  Dawsn: special.dawsn,
  Digamma: math.digamma,
  Elu: nn.elu,
  Erf: math.erf,
  Erfc: math.erfc,
  Erfinv: math.erfinv,
  Exp: math.exp,
  Expint: special.expint,
  Expm1: math.expm1,
  Floor: math.floor,
  FresnelCos: special.fresnelCos,
  FresnelSin: special.fresnelSin,
  Imag: math.imag,
  Inv: math.reciprocal,
  Invert: bitwise.invert,
  IsFinite: math.isFinite,
  IsInf: math.isInf,
  IsNan: math.isNan,
  L2Loss: nn.l2Loss,
  Lgamma: math.lgamma,
  Log: math.log,
  Log1p: math.log1p,
  LogSoftmax: (x) => nn.logSoftmax(x),
  LogicalNot: math.logicalNot,
  Ndtri: math.ndtri,
  Neg: math.negative,
  Real: math.real,
  Reciprocal: math.reciprocal,
  Relu: nn.relu,
  Relu6: nn.relu6,
  Rint: math.rint,
  Round: math.round,
  Rsqrt: math.rsqrt,
  Selu: nn.selu,
  Sigmoid: math.sigmoid,
  Sign: math.sign,
  Sin: math.sin,
  Sinh: math.sinh,
  Softmax: (x) => nn.softmax(x),
  Softplus: nn.softplus,
  Softsign: nn.softsign,
  Spence: special.spence,
  Sqrt: math.sqrt,
  Square: math.square,
  Tan: math.tan,
  Tanh: math.tanh,
  Snapshot: (x) => x,
  StopGradient: (x) => ops.stopGradient(x) as Tensor,
  PreventGradient: (x) => x,
  CheckNumerics: (x) => x,
  Angle: math.angle,
  MatrixInverse: linalg.inv,
  Cholesky: linalg.cholesky,
  MatrixDeterminant: linalg.det,
};

const binary: Readonly<Record<string, Two>> = {
  Add: math.add,
  AddV2: math.add,
  Atan2: ops.atan2,
  BitwiseAnd: bitwise.bitwiseAnd,
  BitwiseOr: bitwise.bitwiseOr,
  BitwiseXor: bitwise.bitwiseXor,
  Div: math.divide,
  DivNoNan: math.divideNoNan,
  Equal: math.equal,
  FloorDiv: math.floordiv,
  FloorMod: math.floormod,
  Greater: math.greater,
  GreaterEqual: math.greaterEqual,
  LeftShift: bitwise.leftShift,
  Less: math.less,
  LessEqual: math.lessEqual,
  LogicalAnd: math.logicalAnd,
  LogicalOr: math.logicalOr,
  Maximum: math.maximum,
  Minimum: math.minimum,
  Mod: ops.truncatemod,
  Mul: math.multiply,
  MulNoNan: math.multiplyNoNan,
  NextAfter: math.nextafter,
  NotEqual: math.notEqual,
  Pow: math.pow,
  RealDiv: math.divide,
  RightShift: bitwise.rightShift,
  SquaredDifference: math.squaredDifference,
  Sub: math.subtract,
  TruncateDiv: ops.truncatediv,
  TruncateMod: ops.truncatemod,
  Xdivy: math.xdivy,
  Xlog1py: math.xlog1py,
  Xlogy: math.xlogy,
  Cross: linalg.cross,
};

// Gradients that inference graphs contain only where training was saved; their formulas are short.
const gradients: Implementations = {
  ReluGrad: (n) => math.multiply(n.tensor(0), ops.cast(math.greater(n.tensor(1), 0), n.tensor(0).dtype)),
  SigmoidGrad: (n) => math.multiply(n.tensor(1), math.multiply(n.tensor(0), math.subtract(1, n.tensor(0)))),
  TanhGrad: (n) => math.multiply(n.tensor(1), math.subtract(1, math.square(n.tensor(0)))),
};

type Reduce = (x: Tensor, axis: readonly number[], options: { readonly keepdims: boolean }) => Tensor;
const reduction =
  (f: Reduce): Implementation =>
  (n) => {
    const x = n.tensor(0);
    const axes = integersOf(n.tensor(1));
    // No axes at all is no reduction, where a missing axis would mean all of them.
    return axes.length === 0 ? x : f(x, axes, { keepdims: n.bool('keep_dims') });
  };
const reductions: Implementations = {
  All: reduction(math.reduceAll),
  Any: reduction(math.reduceAny),
  Max: reduction(math.reduceMax),
  Mean: reduction(math.reduceMean),
  Min: reduction(math.reduceMin),
  Prod: reduction(math.reduceProd),
  Sum: reduction(math.reduceSum),
  EuclideanNorm: reduction(math.reduceEuclideanNorm),
};

const running =
  (f: (x: Tensor, axis: number, exclusive: boolean, reverse: boolean) => Tensor): Implementation =>
  (n) =>
    f(n.tensor(0), n.integer(1), n.bool('exclusive'), n.bool('reverse'));

const products: Implementations = {
  MatMul: (n) => matrixProduct(n, n.bool('transpose_a'), n.bool('transpose_b')),
  BatchMatMul: (n) => matrixProduct(n, n.bool('adj_x'), n.bool('adj_y')),
  BatchMatMulV2: (n) => matrixProduct(n, n.bool('adj_x'), n.bool('adj_y')),
  BatchMatMulV3: (n) => matrixProduct(n, n.bool('adj_x'), n.bool('adj_y')),
  Einsum: (n) => ops.einsum(n.text('equation'), ...n.tensors),
  XlaEinsum: (n) => ops.einsum(n.text('equation'), ...n.tensors),
  AddN: (n) => math.addN(n.tensors),
  AccumulateNV2: (n) => math.addN(n.tensors),
  Cumsum: running((x, axis, exclusive, reverse) => math.cumsum(x, axis, exclusive, reverse)),
  Cumprod: running((x, axis, exclusive, reverse) => math.cumprod(x, axis, exclusive, reverse)),
  LeakyRelu: (n) => nn.leakyRelu(n.tensor(0), n.float('alpha', Math.fround(0.2))),
  ClipByValue: (n) => math.clipByValue(n.tensor(0), n.tensor(1), n.tensor(2)),
  ApproximateEqual: (n) => math.less(math.abs(math.subtract(n.tensor(0), n.tensor(1))), n.float('tolerance', 1e-5)),
  Complex: (n) => ops.complex(n.tensor(0), n.tensor(1)),
  Betainc: (n) => math.betainc(n.tensor(0), n.tensor(1), n.tensor(2)),
  Cast: (n) => ops.cast(n.tensor(0), n.dtype('DstT')),
  Bitcast: (n) => ops.bitcast(n.tensor(0), n.dtype('type')),
  Select: (n) => select(n),
  SelectV2: (n) => ops.where(n.tensor(0), n.tensor(1), n.tensor(2)),
  Polygamma: (n) => math.polygamma(n.tensor(0), n.tensor(1)),
  Zeta: (n) => math.zeta(n.tensor(0), n.tensor(1)),
  Igamma: (n) => math.igamma(n.tensor(0), n.tensor(1)),
  Igammac: (n) => math.igammac(n.tensor(0), n.tensor(1)),
};

function matrixProduct(n: NodeView, transposeA: boolean, transposeB: boolean): Tensor {
  return ops.matmul(n.tensor(0), n.tensor(1), { transposeA, transposeB });
}
/** A condition with one element for each row chooses whole rows. */
function select(n: NodeView): Tensor {
  const [condition, x, y] = n.tensors as [Tensor, Tensor, Tensor];
  const rows = condition.rank === 1 && x.rank > 1;
  return ops.where(
    rows ? ops.reshape(condition, [condition.dims[0]!, ...x.dims.slice(1).map(() => 1)]) : condition,
    x,
    y,
  );
}

export const arithmetic: Implementations = {
  ...Object.fromEntries(Object.entries(unary).map(([name, f]) => [name, (n: NodeView) => f(n.tensor(0))])),
  ...Object.fromEntries(
    Object.entries(binary).map(([name, f]) => [name, (n: NodeView) => f(n.tensor(0), n.tensor(1))]),
  ),
  ...gradients,
  ...reductions,
  ...products,
};
