// tf.image.sampleDistortedBoundingBox: random windows that keep enough of the objects in a picture.
// Owns: TensorFlow's way of drawing them, number for number.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { PhiloxWords, philoxStream } from '../../base/random/philox.ts';
import { bitsToUniform } from '../../base/random/uniform.ts';
import { showShape } from '../../base/shape.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { known } from '../core/host.ts';
import { integersTensor } from '../core/shapes.ts';
import { signature } from '../core/signature.ts';
import { operationSource, type Source, statelessSource } from '../random/source.ts';

/** Edges in pixels. */
interface Window {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
type Range = readonly [least: number, most: number];
type Result = [begin: Tensor, size: Tensor, bboxes: Tensor];

const f = Math.fround;
const areaOf = ({ left, top, right, bottom }: Window): number => f((right - left) * (bottom - top));

/** Ties go to even numbers, as lrintf rounds. */
function nearest(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest === 0.5) return low % 2 === 0 ? low : low + 1;
  return rest < 0.5 ? low : low + 1;
}

/** A whole number below n; a range that n does not divide is drawn from again. */
function below(words: PhiloxWords, n: number): number {
  if (n === 0) {
    words.next();
    return 0;
  }
  if ((n & (n - 1)) === 0) return (words.next() & (n - 1)) >>> 0;
  const rest = (0xffffffff % n) + 1;
  let drawn = words.next();
  while (drawn < rest) drawn = words.next();
  return drawn % n;
}

function randomWindow(width: number, height: number, area: Range, ratio: number, words: PhiloxWords): Window | null {
  if (area[1] <= 0 || ratio <= 0 || width <= 0 || height <= 0 || area[0] > area[1]) return null;
  const least = f(f(area[0] * width) * height);
  const most = f(f(area[1] * width) * height);
  const wide = (high: number): number => nearest(f(high * ratio));
  let high = nearest(f(Math.sqrt(f(least / ratio))));
  let highest = nearest(f(Math.sqrt(f(most / ratio))));
  if (wide(highest) > width) {
    highest = Math.trunc((width + 0.5 - f(0.0000001)) / ratio);
    if (wide(highest) > width) highest--;
  }
  highest = Math.min(highest, height);
  high = Math.min(high, highest);
  if (high < highest) high += below(words, highest - high + 1);
  // Rounding may have left the range of areas: one row more, then one less, is tried.
  if (f(wide(high) * high) < least) high++;
  if (f(wide(high) * high) > most) high--;
  const across = wide(high);
  const size = f(across * high);
  if (size < least || size > most || across > width || high > height || across <= 0 || high <= 0) return null;
  const top = high < height ? below(words, height - high) : 0;
  const left = across < width ? below(words, width - across) : 0;
  return { left, top, right: left + across, bottom: top + high };
}

function covers(window: Window, share: number, objects: readonly Window[]): boolean {
  if (areaOf(window) < 1) return false;
  return objects.some((object) => {
    const size = areaOf(object);
    if (size < 1) return false;
    const common: Window = {
      left: Math.max(window.left, object.left),
      top: Math.max(window.top, object.top),
      right: Math.min(window.right, object.right),
      bottom: Math.min(window.bottom, object.bottom),
    };
    const shared = common.left > common.right || common.top > common.bottom ? 0 : areaOf(common);
    return f(shared / size) >= share;
  });
}

function rangeOf(range: readonly number[] | undefined, standard: Range, most: number, argument: string): Range {
  const [low, high] = range ?? standard;
  if (low === undefined || high === undefined || !(low > 0 && high > 0 && low <= most && high <= most))
    throw new ValueError(
      `${argument} ${show(range)}; wanted two positive numbers${most === 1 ? ' of at most 1' : ''}.`,
    );
  return [f(low), f(high)];
}

interface Wishes {
  readonly minObjectCovered: number | undefined;
  readonly aspectRatioRange: readonly number[] | undefined;
  readonly areaRange: readonly number[] | undefined;
  readonly maxAttempts: number | undefined;
  readonly useImageIfNoBoundingBoxes: boolean | undefined;
}

function sampled(
  imageSize: TensorLike,
  boundingBoxes: TensorLike,
  source: (attempts: number) => Source,
  wishes: Wishes,
  name: string,
): Result {
  const size = asIntegers(imageSize, `${name}: imageSize`);
  const [height, width] = size;
  if (size.length !== 3 || height === undefined || width === undefined)
    throw new ShapeError(`${name}: imageSize ${show(size)}; wanted [height, width, channels].`);
  const boxes = convertToTensor(boundingBoxes, undefined, name);
  if (boxes.dims.length !== 3 || boxes.dims[2] !== 4)
    throw new ShapeError(`${name}: boundingBoxes of shape ${showShape(boxes.dims)}; wanted (batch, boxes, 4).`);
  const corners = known(boxes, name, 'Call it outside tf.function.') as ArrayLike<number>;
  const { minObjectCovered = 0.1, maxAttempts = 100 } = wishes;
  if (!(minObjectCovered >= 0) || !(maxAttempts > 0))
    throw new ValueError(
      `${name}: minObjectCovered ${minObjectCovered}, maxAttempts ${maxAttempts}; wanted ≥ 0 and > 0.`,
    );
  const ratios = rangeOf(wishes.aspectRatioRange, [0.75, 1.33], Number.POSITIVE_INFINITY, `${name}: aspectRatioRange`);
  const areas = rangeOf(wishes.areaRange, [0.05, 1], 1, `${name}: areaRange`);
  const whole: Window = { left: 0, top: 0, right: width, bottom: height };
  const objects: Window[] = [];
  for (let i = 0; i < corners.length; i += 4) {
    const [top, left, bottom, right] = [0, 1, 2, 3].map((k) => f(corners[i + k]!)) as [number, number, number, number];
    if ([top, left, bottom, right].some((x) => !(x >= 0 && x <= 1)))
      throw new ValueError(`${name}: box ${show([top, left, bottom, right])}; wanted corners in [0, 1].`);
    const at = (x: number, side: number): number => Math.trunc(f(x * side));
    objects.push({ left: at(left, width), top: at(top, height), right: at(right, width), bottom: at(bottom, height) });
  }
  if (objects.length === 0) {
    if (!wishes.useImageIfNoBoundingBoxes)
      throw new ValueError(`${name}: there is no box; set useImageIfNoBoundingBoxes to take the whole picture as one.`);
    objects.push(whole);
  }
  const place = source(maxAttempts);
  const stream =
    'stream' in place
      ? place.stream
      : philoxStreamOfWords(known(place.key, name, TRACED), known(place.counter, name, TRACED));
  const words = new PhiloxWords(stream);
  let window = whole;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const [unit] = bitsToUniform(Uint32Array.of(words.next()), 'float32');
    const ratio = f(f(unit! * f(ratios[1] - ratios[0])) + ratios[0]);
    const found = randomWindow(width, height, areas, ratio, words);
    if (found && covers(found, f(minObjectCovered), objects)) {
      window = found;
      break;
    }
  }
  const { left, top, right, bottom } = window;
  return [
    integersTensor([top, left, 0], [3], 'int32'),
    integersTensor([bottom - top, right - left, -1], [3], 'int32'),
    eagerTensor(Float32Array.of(top / height, left / width, bottom / height, right / width), [1, 1, 4], 'float32'),
  ];
}

const TRACED = 'Call it outside tf.function, or in Dataset.map.';
function philoxStreamOfWords(key: unknown, counter: unknown) {
  const join = (words: unknown, at: number): bigint => {
    const list = words as Uint32Array;
    return BigInt(list[at]!) | (BigInt(list[at + 1]!) << 32n);
  };
  return philoxStream(join(key, 0), join(counter, 0), join(counter, 2));
}

/** A random window: where it begins and how large it is, for tf.slice, and its normalized corners (1, 1, 4). */
export const sampleDistortedBoundingBox = signature(
  'image.sampleDistortedBoundingBox',
  [
    'imageSize',
    'boundingBoxes',
    'seed',
    'minObjectCovered',
    'aspectRatioRange',
    'areaRange',
    'maxAttempts',
    'useImageIfNoBoundingBoxes',
  ],
  (
    imageSize: TensorLike,
    boundingBoxes: TensorLike,
    seed?: number | bigint,
    minObjectCovered?: number,
    aspectRatioRange?: readonly number[],
    areaRange?: readonly number[],
    maxAttempts?: number,
    useImageIfNoBoundingBoxes?: boolean,
  ): Result =>
    sampled(
      imageSize,
      boundingBoxes,
      // A seed of 0 counts as none.
      (attempts) => operationSource('SampleDistortedBoundingBoxV2', seed || undefined, attempts),
      { minObjectCovered, aspectRatioRange, areaRange, maxAttempts, useImageIfNoBoundingBoxes },
      'image.sampleDistortedBoundingBox',
    ),
);
export const statelessSampleDistortedBoundingBox = signature(
  'image.statelessSampleDistortedBoundingBox',
  [
    'imageSize',
    'boundingBoxes',
    'seed',
    'minObjectCovered',
    'aspectRatioRange',
    'areaRange',
    'maxAttempts',
    'useImageIfNoBoundingBoxes',
  ],
  (
    imageSize: TensorLike,
    boundingBoxes: TensorLike,
    seed: TensorLike,
    minObjectCovered?: number,
    aspectRatioRange?: readonly number[],
    areaRange?: readonly number[],
    maxAttempts?: number,
    useImageIfNoBoundingBoxes?: boolean,
  ): Result =>
    sampled(
      imageSize,
      boundingBoxes,
      () => statelessSource(seed, 'image.statelessSampleDistortedBoundingBox'),
      { minObjectCovered, aspectRatioRange, areaRange, maxAttempts, useImageIfNoBoundingBoxes },
      'image.statelessSampleDistortedBoundingBox',
    ),
);
