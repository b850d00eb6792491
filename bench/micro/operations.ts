// Single operations over a million elements on one thread, nanoseconds an element: `npx tsx bench/micro/operations.ts [NAME…]`.
// With `--peers FILE` beside what bench/micro/operations.py wrote (it runs the same names in PyTorch and TensorFlow): worst ratio first.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import * as tf from '../../src/index.ts';

const N = 1 << 20;
const ROWS = 2048;
const COLUMNS = 512;
tf.config.threading.setIntraOpParallelismThreads(1);

tf.random.setSeed(1);
const normal = tf.random.normal([ROWS, COLUMNS]);
const inputs = {
  x: tf.Variable(normal),
  y: tf.Variable(tf.random.normal([ROWS, COLUMNS])),
  /** Between 0 and 1. */
  u: tf.Variable(tf.random.uniform([ROWS, COLUMNS], 0.001, 0.999)),
  /** Positive, up to 10. */
  p: tf.Variable(tf.random.uniform([ROWS, COLUMNS], 0.1, 10)),
  i: tf.Variable(tf.random.uniform([ROWS, COLUMNS], -1000, 1000, 'int32')),
  /** Between 1 and 20. */
  j: tf.Variable(tf.random.uniform([ROWS, COLUMNS], 1, 20, 'int32')),
  b: tf.Variable(tf.greater(normal, 0)),
  /** Numbers of rows. */
  r: tf.Variable(tf.random.uniform([ROWS], 0, ROWS, 'int32')),
  /** Numbers of elements. */
  e: tf.Variable(tf.random.uniform([N], 0, N, 'int32')),
  /** Images: (batch, height, width, channels). */
  m: tf.Variable(tf.random.normal([16, 64, 64, 16])),
  /** Sequences: (batch, time, channels). */
  s: tf.Variable(tf.random.normal([16, 1024, 64])),
  k: tf.Variable(tf.random.normal([3, 3, 16, 1])),
  k1: tf.Variable(tf.random.normal([3, 64, 64])),
};
type Name = keyof typeof inputs;
type Values = { readonly [N in Name]: tf.Tensor };
/** The inputs' values now; in a traced function what it reads. */
function valuesNow(): Values {
  const values: Partial<Record<Name, tf.Tensor>> = {};
  for (const name of Object.keys(inputs) as Name[]) values[name] = inputs[name].value();
  return values as Values;
}
const { math, nn, image, signal } = tf;

/** Names end in what they do to their axes; the Python script knows them by the same names. */
const operations: Readonly<Record<string, (v: Values) => tf.Tensor>> = {
  add: ({ x, y }) => tf.add(x, y),
  divide: ({ x, p }) => tf.divide(x, p),
  abs: ({ x }) => tf.abs(x),
  neg: ({ x }) => tf.negative(x),
  sign: ({ x }) => tf.sign(x),
  floor: ({ x }) => tf.floor(x),
  round: ({ x }) => tf.round(x),
  sqrt: ({ p }) => tf.sqrt(p),
  rsqrt: ({ p }) => math.rsqrt(p),
  reciprocal: ({ p }) => math.reciprocal(p),
  exp: ({ x }) => tf.exp(x),
  expm1: ({ x }) => math.expm1(x),
  log: ({ p }) => math.log(p),
  log1p: ({ p }) => math.log1p(p),
  sin: ({ x }) => tf.sin(x),
  cos: ({ x }) => tf.cos(x),
  tan: ({ x }) => tf.tan(x),
  asin: ({ u }) => tf.asin(u),
  acos: ({ u }) => tf.acos(u),
  atan: ({ x }) => tf.atan(x),
  atan2: ({ x, y }) => tf.atan2(x, y),
  sinh: ({ x }) => tf.sinh(x),
  cosh: ({ x }) => tf.cosh(x),
  tanh: ({ x }) => tf.tanh(x),
  asinh: ({ x }) => tf.asinh(x),
  acosh: ({ p }) => tf.acosh(tf.add(p, 1)),
  atanh: ({ u }) => tf.atanh(u),
  sigmoid: ({ x }) => tf.sigmoid(x),
  logSigmoid: ({ x }) => math.logSigmoid(x),
  softplus: ({ x }) => nn.softplus(x),
  elu: ({ x }) => nn.elu(x),
  gelu: ({ x }) => nn.gelu(x),
  erf: ({ x }) => math.erf(x),
  erfc: ({ x }) => math.erfc(x),
  erfinv: ({ u }) => math.erfinv(u),
  ndtri: ({ u }) => math.ndtri(u),
  lgamma: ({ p }) => math.lgamma(p),
  digamma: ({ p }) => math.digamma(p),
  polygamma: ({ p }) => math.polygamma(tf.onesLike(p), p),
  zeta: ({ p }) => math.zeta(tf.add(p, 1.5), p),
  igamma: ({ p, u }) => math.igamma(p, tf.multiply(u, 10)),
  igammac: ({ p, u }) => math.igammac(p, tf.multiply(u, 10)),
  betainc: ({ p, u }) => math.betainc(p, p, u),
  besselI0: ({ x }) => math.special.besselI0(x),
  besselI1e: ({ x }) => math.special.besselI1e(x),
  besselJ0: ({ x }) => math.special.besselJ0(x),
  dawsn: ({ x }) => math.special.dawsn(x),
  expint: ({ p }) => math.special.expint(p),
  fresnelSin: ({ x }) => math.special.fresnelSin(x),
  pow: ({ p, x }) => tf.pow(p, x),
  powHalf: ({ p }) => tf.pow(p, 1.7),
  powTwo: ({ x }) => tf.pow(x, 2),
  powThree: ({ x }) => tf.pow(x, 3),
  mod: ({ x, p }) => math.floormod(x, p),
  modScalar: ({ x }) => math.floormod(x, 0.7),
  fmod: ({ x, p }) => tf.truncatemod(x, p),
  floordiv: ({ x, p }) => math.floordiv(x, p),
  xlogy: ({ x, p }) => math.xlogy(x, p),
  hypotSquares: ({ x, y }) => math.squaredDifference(x, y),
  maximum: ({ x, y }) => tf.maximum(x, y),
  nextafter: ({ x, y }) => math.nextafter(x, y),
  clip: ({ x }) => tf.clipByValue(x, -0.5, 0.5),
  where: ({ x, y, b }) => tf.where(b, x, y),
  greater: ({ x, y }) => tf.greater(x, y),
  equal: ({ i, j }) => tf.equal(i, j),
  logicalAnd: ({ b }) => tf.logicalAnd(b, tf.logicalNot(b)),
  isNan: ({ x }) => math.isNan(x),
  intAdd: ({ i, j }) => tf.add(i, j),
  intMul: ({ i, j }) => tf.multiply(i, j),
  intDiv: ({ i, j }) => math.floordiv(i, j),
  intDivScalar: ({ i }) => math.floordiv(i, 7),
  intMod: ({ i, j }) => math.floormod(i, j),
  intModScalar: ({ i }) => math.floormod(i, 7),
  intTrueDiv: ({ i, j }) => tf.cast(math.divide(i, j), 'float32'),
  intPow: ({ j }) => tf.pow(j, 3),
  bitwiseAnd: ({ i, j }) => tf.bitwise.bitwiseAnd(i, j),
  leftShift: ({ i, j }) => tf.bitwise.leftShift(i, j),
  castIntToFloat: ({ i }) => tf.cast(i, 'float32'),
  castFloatToInt: ({ x }) => tf.cast(x, 'int32'),
  castFloatToUint8: ({ p }) => tf.cast(p, 'uint8'),
  castFloatToBool: ({ x }) => tf.cast(x, 'bool'),
  castBoolToFloat: ({ b }) => tf.cast(b, 'float32'),
  castFloatToHalf: ({ x }) => tf.cast(x, 'float16'),
  castFloatToBfloat: ({ x }) => tf.cast(x, 'bfloat16'),
  castFloatToDouble: ({ x }) => tf.cast(x, 'float64'),
  castIntToLong: ({ i }) => tf.cast(i, 'int64'),
  sumAll: ({ x }) => tf.reduceSum(x),
  sum0: ({ x }) => tf.reduceSum(x, 0),
  sum1: ({ x }) => tf.reduceSum(x, 1),
  mean1: ({ x }) => tf.reduceMean(x, 1),
  max0: ({ x }) => tf.reduceMax(x, 0),
  max1: ({ x }) => tf.reduceMax(x, 1),
  prod1: ({ x }) => tf.reduceProd(x, 1),
  intSum1: ({ i }) => tf.reduceSum(i, 1),
  intMax1: ({ i }) => tf.reduceMax(i, 1),
  any1: ({ b }) => tf.reduceAny(b, 1),
  variance1: ({ x }) => math.reduceVariance(x, 1),
  std0: ({ x }) => math.reduceStd(x, 0),
  logsumexp0: ({ x }) => tf.reduceLogsumexp(x, 0),
  logsumexp1: ({ x }) => tf.reduceLogsumexp(x, 1),
  norm1: ({ x }) => tf.norm(x, 'euclidean', 1),
  argmax0: ({ x }) => tf.argmax(x, 0),
  argmax1: ({ x }) => tf.argmax(x, 1),
  argminAll: ({ x }) => tf.argmin(tf.reshape(x, [-1]), 0),
  cumsum0: ({ x }) => tf.cumsum(x, 0),
  cumsum1: ({ x }) => tf.cumsum(x, 1),
  cumprod1: ({ u }) => math.cumprod(u, 1),
  cumlogsumexp1: ({ x }) => math.cumulativeLogsumexp(x, 1),
  countNonzero: ({ i }) => math.countNonzero(i),
  softmax1: ({ x }) => nn.softmax(x),
  softmax0: ({ x }) => nn.softmax(x, 0),
  logSoftmax1: ({ x }) => nn.logSoftmax(x),
  sort1: ({ x }) => tf.sort(x, 1),
  sort0: ({ x }) => tf.sort(x, 0),
  sortAll: ({ x }) => tf.sort(tf.reshape(x, [-1])),
  argsort1: ({ x }) => tf.argsort(x, 1),
  topK1: ({ x }) => nn.topK(x, { k: 5 })[0],
  inTopK: ({ x, r }) => tf.cast(nn.inTopK(math.floormod(r, COLUMNS), x, 5), 'float32'),
  searchsorted: ({ e }) => tf.searchsorted(tf.cast(tf.range(1000), 'float32'), tf.cast(e, 'float32')),
  transpose: ({ x }) => tf.transpose(x),
  transposeReshaped: ({ x }) => tf.reshape(tf.transpose(x), [ROWS, COLUMNS]),
  transposeInner: ({ m }) => tf.transpose(m, [0, 3, 1, 2]),
  transposeOuter: ({ m }) => tf.transpose(m, [1, 0, 2, 3]),
  transposeBatches: ({ s }) => tf.transpose(s, [0, 2, 1]),
  reverse1: ({ x }) => tf.reverse(x, [1]),
  reverse0: ({ x }) => tf.reverse(x, [0]),
  roll1: ({ x }) => tf.roll(x, 5, 1),
  pad: ({ x }) =>
    tf.pad(x, [
      [1, 1],
      [2, 2],
    ]),
  padReflect: ({ x }) =>
    tf.pad(
      x,
      [
        [1, 1],
        [2, 2],
      ],
      'REFLECT',
    ),
  concat0: ({ x, y }) => tf.concat([x, y], 0),
  concat1: ({ x, y }) => tf.concat([x, y], 1),
  stack1: ({ x, y }) => tf.stack([x, y], 1),
  stackLast: ({ x, y }) => tf.stack([x, y], -1),
  split1: ({ x }) => {
    const [a, b] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor];
    return tf.add(a, b);
  },
  tile: ({ x }) => tf.tile(x, [2, 2]),
  repeat1: ({ x }) => tf.repeat(x, 2, 1),
  stride2: ({ x }) => tf.stridedSlice(x, [0, 0], [ROWS, COLUMNS], [1, 2]),
  broadcast: ({ r }) => tf.broadcastTo(tf.expandDims(r, 1), [ROWS, COLUMNS]),
  oneHot: ({ r }) => tf.oneHot(r, COLUMNS),
  eyeDiag: ({ x }) => tf.linalg.bandPart(x, 3, 3),
  gatherRows: ({ x, r }) => tf.gather(x, r),
  gatherColumns: ({ x, r }) => tf.gather(x, math.floormod(tf.slice(r, [0], [COLUMNS]), COLUMNS), { axis: 1 }),
  gatherElements: ({ x, e }) => tf.gather(tf.reshape(x, [-1]), e),
  gatherNd: ({ x, e }) => tf.gatherNd(x, tf.stack([math.floordiv(e, COLUMNS), math.floormod(e, COLUMNS)], 1)),
  takeAlongAxis: ({ x, j }) => tf.gather(x, j, { axis: 1, batchDims: 1 }),
  scatterRows: ({ x, r }) => tf.tensorScatterNdAdd(tf.zerosLike(x), tf.expandDims(r, 1), x),
  scatterElements: ({ x, e }) => tf.scatterNd(tf.expandDims(e, 1), tf.reshape(x, [-1]), [N]),
  segmentSum: ({ x, r }) => math.unsortedSegmentSum(x, r, ROWS),
  segmentMax: ({ x, r }) => math.unsortedSegmentMax(x, r, ROWS),
  uniform: () => tf.random.uniform([ROWS, COLUMNS]),
  uniformInt: () => tf.random.uniform([ROWS, COLUMNS], 0, 100, 'int32'),
  normal: () => tf.random.normal([ROWS, COLUMNS]),
  truncatedNormal: () => tf.random.truncatedNormal([ROWS, COLUMNS]),
  statelessNormal: () => tf.random.statelessNormal([ROWS, COLUMNS], [1, 2]),
  gamma: () => tf.random.gamma([ROWS, COLUMNS], 2),
  poisson: () => tf.random.poisson([ROWS, COLUMNS], 4),
  categorical: ({ x }) => tf.random.categorical(x, 1),
  shuffleRows: ({ x }) => tf.random.shuffle(x),
  shuffleElements: ({ x }) => tf.random.shuffle(tf.reshape(x, [-1])),
  dropout: ({ x }) => nn.dropout(x, 0.3),
  crossEntropy: ({ x, j }) =>
    nn.sparseSoftmaxCrossEntropyWithLogits({ labels: tf.reshape(tf.slice(j, [0, 0], [ROWS, 1]), [-1]), logits: x }),
  l2Normalize: ({ x }) => math.l2Normalize(x, 1),
  layerNorm: ({ x }) => {
    const { 0: mean, 1: variance } = nn.moments(x, [1], { keepdims: true });
    return tf.multiply(tf.subtract(x, mean), math.rsqrt(tf.add(variance, 1e-5)));
  },
  maxPool: ({ m }) => nn.maxPool2d(m, 2, 2, 'VALID'),
  avgPool: ({ m }) => nn.avgPool2d(m, 2, 2, 'VALID'),
  maxPool3: ({ m }) => nn.maxPool2d(m, 3, 1, 'SAME'),
  avgPool3: ({ m }) => nn.avgPool2d(m, 3, 1, 'SAME'),
  depthwise: ({ m, k }) => nn.depthwiseConv2d(m, k, [1, 1, 1, 1], 'SAME'),
  conv1d: ({ s, k1 }) => nn.conv1d(s, k1, 1, 'SAME'),
  resizeBilinear: ({ m }) => image.resize(m, [96, 96]),
  resizeNearest: ({ m }) => image.resize(m, [128, 128], { method: 'nearest' }),
  resizeBicubic: ({ m }) => image.resize(m, [96, 96], { method: 'bicubic' }),
  flipLeftRight: ({ m }) => image.flipLeftRight(m),
  adjustContrast: ({ m }) => image.adjustContrast(m, 1.5),
  rgbToHsv: ({ u }) => image.rgbToHsv(tf.reshape(tf.slice(u, [0, 0], [ROWS, 510]), [-1, 3])),
  rfft: ({ x }) => tf.abs(signal.rfft(x)),
  fft: ({ x }) => math.real(signal.fft(tf.cast(x, 'complex64'))),
  dct: ({ x }) => signal.dct(x),
  matmulBatch: ({ s }) => tf.matmul(s, s, { transposeA: true }),
  einsumOuter: ({ r }) => tf.einsum('i,j->ij', tf.cast(r, 'float32'), tf.cast(tf.slice(r, [0], [COLUMNS]), 'float32')),
};

function time(operation: (v: Values) => tf.Tensor): number {
  const sample = operation(valuesNow());
  const result = tf.Variable(tf.zeros(sample.shape as number[], sample.dtype));
  const step = tf.function(() => {
    result.assign(operation(valuesNow()));
  });
  const until = performance.now() + 200;
  for (let i = 0; i < 4 && performance.now() < until; i++) step();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 2 || (round < 40 && performance.now() < until); round++) {
    const start = performance.now();
    step();
    best = Math.min(best, performance.now() - start);
  }
  return (best * 1e6) / N;
}

const { argv } = process;
const file = argv.includes('--peers') ? argv[argv.indexOf('--peers') + 1] : undefined;
const peers: Record<string, Record<string, number>> = file ? JSON.parse(readFileSync(file, 'utf8')) : {};
const wanted = argv.slice(2).filter((name) => name in operations);
const rows: { name: string; ours: number; peers: readonly number[]; ratio: number }[] = [];
for (const [name, operation] of Object.entries(operations)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  try {
    const ours = time(operation);
    const others = ['torch', 'tensorflow'].map((peer) => peers[peer]?.[name] ?? Number.NaN);
    const known = others.filter((value) => !Number.isNaN(value));
    if (argv.includes('--verbose')) console.log(name, ours.toFixed(2));
    rows.push({ name, ours, peers: others, ratio: known.length > 0 ? ours / Math.min(...known) : Number.NaN });
  } catch (error) {
    console.log(`${name}: ${(error as Error).message.slice(0, 200)}`);
  }
}
rows.sort((a, b) => (b.ratio || 0) - (a.ratio || 0));
console.log(`${'operation'.padEnd(20)}     cornu     torch tensorflow  ratio to the faster`);
for (const { name, ours, peers: others, ratio } of rows)
  console.log(
    name.padEnd(20) +
      [ours, ...others].map((value) => value.toFixed(2).padStart(10)).join('') +
      ratio.toFixed(2).padStart(8),
  );
