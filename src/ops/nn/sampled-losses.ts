// tf.nn: losses over very many classes that look at the true ones and a sample of the others.
// Owns: noise-contrastive estimation and sampled softmax. The samplers are random/candidates.ts.
// Sources: Gutmann & Hyvärinen 2010; Jean et al. 2015.
import { ShapeError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { scatterNd } from '../core/gather-nd.ts';
import { signature } from '../core/signature.ts';
import { matmul } from '../math/matmul.ts';
import { type Candidates, logUniformCandidateSampler } from '../random/candidates.ts';
import { sigmoidCrossEntropyWithLogits, softmaxCrossEntropyWithLogits } from './cross-entropy.ts';
import { embeddingLookup } from './embedding.ts';
import { computeAccidentalHits } from './labels.ts';

interface Sampled {
  readonly weights: TensorLike;
  readonly biases: TensorLike;
  readonly labels: TensorLike;
  readonly inputs: TensorLike;
  readonly numSampled: number | Tensor;
  readonly numClasses: number | Tensor;
  readonly numTrue: number | Tensor;
  readonly sampledValues: Candidates | undefined;
  readonly removeAccidentalHits: boolean;
  readonly seed: number | undefined;
}

/** Logits of the true and the sampled classes, (batch, true + sampled), less the logarithm of how often each is drawn; and labels. */
function sampledLogits(name: string, given: Sampled): { logits: Tensor; labels: Tensor } {
  const width = asInteger(given.numTrue, `${name}: numTrue`);
  const count = asInteger(given.numSampled, `${name}: numSampled`);
  const inputs = convertToTensor(given.inputs, undefined, `${name}: inputs`); // (batch, size)
  const labels = p.convert(convertToTensor(given.labels, undefined, `${name}: labels`), 'int64') as Tensor; // (batch, true)
  if (
    inputs.dims.length !== 2 ||
    labels.dims.length !== 2 ||
    labels.dims[0] !== inputs.dims[0] ||
    labels.dims[1] !== width
  )
    throw new ShapeError(
      `${name}: inputs ${showShape(inputs.dims)} and labels ${showShape(labels.dims)}; wanted (batch, size) and (batch, ${width}).`,
    );
  const [batch, size] = inputs.dims as [number, number];
  const [sampled, trueCount, sampledCount] =
    given.sampledValues ?? logUniformCandidateSampler(labels, width, count, true, given.numClasses, given.seed);
  const rows = (ids: TensorLike, table: TensorLike): Tensor =>
    p.convert(embeddingLookup(table, ids), inputs.dtype) as Tensor;
  const flat = p.reshape(labels, [batch * width]) as Tensor;
  const trueWeights = p.reshape(rows(flat, given.weights), [batch, width, size]);
  const dots = p.reduceSum(p.mul(p.broadcast(inputs, [batch, width, size], [0, 2]), trueWeights), [2]);
  const trueBiases = p.reshape(rows(flat, given.biases), [batch, width]);
  const less = (logits: Tensor, expected: Tensor, axes: readonly number[]): Tensor =>
    p.sub(
      logits,
      p.broadcast(p.stopGradient(p.convert(p.unary('log', expected), inputs.dtype)), logits.dims, axes),
    ) as Tensor;
  const trueLogits = less(p.add(dots, trueBiases) as Tensor, trueCount, [0, 1]);
  const products = matmul(inputs, rows(sampled, given.weights), { transposeB: true });
  let others = p.add(products, p.broadcast(rows(sampled, given.biases), products.dims, [1])) as Tensor;
  if (given.removeAccidentalHits) {
    const [at, ids, low] = computeAccidentalHits(labels, sampled, width);
    const places = p.concatenate(
      [p.reshape(at, [at.dims[0]!, 1]), p.reshape(p.convert(ids, 'int32'), [at.dims[0]!, 1])],
      1,
    ) as Tensor;
    const hits = scatterNd(places, p.convert(low, inputs.dtype) as Tensor, [batch, count]);
    // A class that is true twice in a row must not become −∞.
    const lowest = p.full(-3.4028234663852886e38, hits);
    others = p.add(others, p.binary('max', hits, lowest)) as Tensor;
  }
  others = less(others, sampledCount, [1]);
  const truth = p.full(1 / width, trueLogits);
  return {
    logits: p.concatenate([trueLogits, others], 1) as Tensor,
    labels: p.concatenate([truth, p.zerosLike(others)], 1) as Tensor,
  };
}

const NAMES = [
  'weights',
  'biases',
  'labels',
  'inputs',
  'numSampled',
  'numClasses',
  'numTrue',
  'sampledValues',
  'removeAccidentalHits',
] as const;

/**
 * Noise-contrastive estimation, (batch,): Σ sigmoid cross-entropy over the true classes and `numSampled` drawn ones. `weights` is
 * (classes, size), `biases` (classes,), `labels` (batch, numTrue), `inputs` (batch, size).
 */
export const nceLoss = signature(
  'nn.nceLoss',
  NAMES,
  (
    weights: TensorLike,
    biases: TensorLike,
    labels: TensorLike,
    inputs: TensorLike,
    numSampled: number | Tensor,
    numClasses: number | Tensor,
    numTrue: number | Tensor = 1,
    sampledValues?: Candidates,
    removeAccidentalHits: boolean = false,
  ): Tensor => {
    const given = {
      weights,
      biases,
      labels,
      inputs,
      numSampled,
      numClasses,
      numTrue,
      sampledValues,
      removeAccidentalHits,
    };
    const found = sampledLogits('nceLoss', { ...given, seed: undefined });
    return p.reduceSum(sigmoidCrossEntropyWithLogits(found.labels, found.logits), [1]) as Tensor;
  },
);

/** Softmax cross-entropy over the true classes and `numSampled` drawn ones, (batch,): for training over very many classes. */
export const sampledSoftmaxLoss = signature(
  'nn.sampledSoftmaxLoss',
  [...NAMES, 'seed'],
  (
    weights: TensorLike,
    biases: TensorLike,
    labels: TensorLike,
    inputs: TensorLike,
    numSampled: number | Tensor,
    numClasses: number | Tensor,
    numTrue: number | Tensor = 1,
    sampledValues?: Candidates,
    removeAccidentalHits: boolean = true,
    seed?: number,
  ): Tensor => {
    const given = {
      weights,
      biases,
      labels,
      inputs,
      numSampled,
      numClasses,
      numTrue,
      sampledValues,
      removeAccidentalHits,
    };
    const found = sampledLogits('sampledSoftmaxLoss', { ...given, seed });
    return softmaxCrossEntropyWithLogits(p.stopGradient(found.labels) as Tensor, found.logits);
  },
);
