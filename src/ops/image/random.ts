// tf.image.random* and tf.image.statelessRandom*: augmentations drawn at random.
// Owns: both families, each pair from one adjustment.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { uniform } from '../random/stateful.ts';
import { statelessUniform } from '../random/stateless.ts';
import { batchOf } from './batch.ts';
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from './color.ts';

type Seed = number | bigint;
type Draw = (dims: readonly number[], low: number, high: number) => Tensor;
const stateful =
  (seed: Seed | undefined): Draw =>
  (dims, minval, maxval) =>
    uniform(dims, { minval, maxval, seed });
const stateless =
  (seed: TensorLike): Draw =>
  (dims, minval, maxval) =>
    statelessUniform(dims, seed, { minval, maxval });

function flipped(image: TensorLike, axis: 1 | 2, draw: Draw, name: string): Tensor {
  const { x, back } = batchOf(image, name);
  const batch = x.dims[0]!;
  const single = convertToTensor(image, undefined, name).dims.length === 3;
  const chance = draw(single ? [] : [batch], 0, 1);
  // TensorFlow flips one image below ½, and those of a batch above.
  const half = p.full(0.5, chance);
  const flip = p.broadcastTo(single ? p.compare('less', chance, half) : p.compare('greater', chance, half), [batch]);
  return back(p.select(p.broadcast(flip, x.dims, [0]), p.reverse(x, [axis]), x));
}
const flips = (name: string, axis: 1 | 2) =>
  [
    signature(
      `image.random${name}`,
      ['image', 'seed'],
      (image: TensorLike, seed?: Seed): Tensor => flipped(image, axis, stateful(seed), `image.random${name}`),
    ),
    signature(
      `image.statelessRandom${name}`,
      ['image', 'seed'],
      (image: TensorLike, seed: TensorLike): Tensor =>
        flipped(image, axis, stateless(seed), `image.statelessRandom${name}`),
    ),
  ] as const;
/** Mirrored with probability ½, each image of a batch by itself. */
export const [randomFlipLeftRight, statelessRandomFlipLeftRight] = flips('FlipLeftRight', 2);
export const [randomFlipUpDown, statelessRandomFlipUpDown] = flips('FlipUpDown', 1);

type Adjust = (image: TensorLike, by: Tensor) => Tensor;
const byDelta = (name: string, adjust: Adjust) => {
  const check = (most: number): void => {
    if (!(most >= 0)) throw new ValueError(`image.random${name}: maxDelta ${show(most)}; wanted a number ≥ 0.`);
  };
  return [
    signature(
      `image.random${name}`,
      ['image', 'maxDelta', 'seed'],
      (image: TensorLike, maxDelta: number, seed?: Seed): Tensor => {
        check(maxDelta);
        return adjust(image, stateful(seed)([], -maxDelta, maxDelta));
      },
    ),
    signature(
      `image.statelessRandom${name}`,
      ['image', 'maxDelta', 'seed'],
      (image: TensorLike, maxDelta: number, seed: TensorLike): Tensor => {
        check(maxDelta);
        return adjust(image, stateless(seed)([], -maxDelta, maxDelta));
      },
    ),
  ] as const;
};
/** Brightness changed by up to ±maxDelta. */
export const [randomBrightness, statelessRandomBrightness] = byDelta('Brightness', adjustBrightness);
/** Hue turned by up to ±maxDelta. */
export const [randomHue, statelessRandomHue] = byDelta('Hue', adjustHue);

const byFactor = (name: string, adjust: Adjust) => {
  const check = (lower: number, upper: number): void => {
    if (!(lower >= 0 && lower < upper))
      throw new ValueError(`image.random${name}: limits ${show(lower)} and ${show(upper)}; wanted 0 ≤ lower < upper.`);
  };
  return [
    signature(
      `image.random${name}`,
      ['image', 'lower', 'upper', 'seed'],
      (image: TensorLike, lower: number, upper: number, seed?: Seed): Tensor => {
        check(lower, upper);
        return adjust(image, stateful(seed)([], lower, upper));
      },
    ),
    signature(
      `image.statelessRandom${name}`,
      ['image', 'lower', 'upper', 'seed'],
      (image: TensorLike, lower: number, upper: number, seed: TensorLike): Tensor => {
        check(lower, upper);
        return adjust(image, stateless(seed)([], lower, upper));
      },
    ),
  ] as const;
};
/** Contrast multiplied by a factor in [lower, upper). */
export const [randomContrast, statelessRandomContrast] = byFactor('Contrast', adjustContrast);
/** Saturation multiplied by a factor in [lower, upper). */
export const [randomSaturation, statelessRandomSaturation] = byFactor('Saturation', adjustSaturation);

function cropped(
  value: TensorLike,
  size: TensorLike,
  offsets: (limits: readonly number[]) => Value,
  name: string,
): Tensor {
  const x = convertToTensor(value, undefined, name);
  const target = asIntegers(size, `${name}: size`);
  if (target.length !== x.dims.length || target.some((n, i) => n > x.dims[i]! || n < 0))
    throw new ShapeError(
      `${name}: size ${show(target)} does not fit into shape ${showShape(x.dims)}; wanted one number for each axis.`,
    );
  const limits = x.dims.map((n, i) => n - target[i]! + 1);
  const start = offsets(limits);
  let y: Value = x;
  target.forEach((n, axis) => {
    if (n === x.dims[axis]) return;
    const first = p.broadcast(p.reshape(p.slice(start, [axis], [axis + 1]), []), [n], []);
    const rows = p.add(first, p.iota([n], 0, 'int32'));
    const order = [axis, ...y.dims.map((_, i) => i).filter((i) => i !== axis)];
    y = p.transpose(
      p.takeRows(p.transpose(y, order), rows),
      order.map((_, i) => order.indexOf(i)),
    );
  });
  return y as Tensor;
}
/** Draws one large number for each axis, taken modulo what is possible. */
const moduloOffsets = (drawn: Value, limits: readonly number[]): Value => {
  const most = convertToTensor(Int32Array.from(limits));
  return p.binary('rem', drawn, most);
};
const LARGEST = 2147483647;
/** A part of the given size at a random place. */
export const randomCrop = signature(
  'image.randomCrop',
  ['value', 'size', 'seed'],
  (value: TensorLike, size: TensorLike, seed?: Seed): Tensor =>
    cropped(
      value,
      size,
      (limits) => moduloOffsets(uniform([limits.length], { maxval: LARGEST, dtype: 'int32', seed }), limits),
      'image.randomCrop',
    ),
);
export const statelessRandomCrop = signature(
  'image.statelessRandomCrop',
  ['value', 'size', 'seed'],
  (value: TensorLike, size: TensorLike, seed: TensorLike): Tensor =>
    cropped(
      value,
      size,
      (limits) => moduloOffsets(statelessUniform([limits.length], seed, { maxval: LARGEST, dtype: 'int32' }), limits),
      'image.statelessRandomCrop',
    ),
);
