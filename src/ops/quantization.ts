// tf.quantization: floats rounded to the numbers of a few bits that lie in a range, and back.
// Owns: TensorFlow's limits, steps and gradients. Leaves layers of few bits to keras.quantizers; there are no quantized dtypes here.
import { ShapeError, show, ValueError } from '../base/errors.ts';
import { normalizeAxis, showShape } from '../base/shape.ts';
import type { Value } from '../graph/value.ts';
import * as p from '../primitives/functions.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { TensorLike } from '../runtime/tensor-methods.ts';
import { convertToTensor } from './core/convert.ts';
import { customGradient } from './core/gradients.ts';
import { signature } from './core/signature.ts';
import {
  add,
  divide,
  equal,
  floor,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  maximum,
  minimum,
  multiply,
  round,
  where,
} from './math/elementwise.ts';
import { reduceMax, reduceMin, reduceSum } from './math/reduce.ts';
import { atSteps, nudgedLimits } from './quantization-steps.ts';

function checkedBits(numBits: number, name: string, most = 16): void {
  if (!Number.isInteger(numBits) || numBits < 2 || numBits > most)
    throw new ValueError(`${name}: numBits is ${show(numBits)}; wanted a whole number from 2 to ${most}.`);
}

/** The value and the masks of what lies within, below and above; where both limits are 0 all is 0, and gradients pass. */
function faked(x: Tensor, low: Tensor, high: Tensor, numBits: number, narrowRange: boolean) {
  const empty = logicalAnd(equal(low, 0), equal(high, 0));
  const limits = nudgedLimits(low, where(empty, 1, high), numBits, narrowRange, 'awayFromZero');
  const value = where(empty, 0, atSteps(x, limits, divide(1, limits.step)));
  const nothing = p.full(0, { dims: [], dtype: 'bool' }) as Tensor;
  const below = where(empty, nothing, less(x, limits.low));
  const above = where(empty, nothing, greater(x, limits.high));
  return { value, below, above };
}

const inRange = (below: Tensor, above: Tensor): Value => p.not(p.binary('or', below, above));
/** Gradients: inside the range they go to x, below it to the lower limit, above it to the upper one. */
function gradientsOf(
  upstream: Tensor,
  { below, above }: { readonly below: Tensor; readonly above: Tensor },
  sumAxes: readonly number[],
): [inputs: Tensor, low: Tensor, high: Tensor] {
  const over = (mask: Value): Tensor => where(mask as Tensor, upstream, p.zerosLike(upstream) as Tensor);
  const total = (mask: Tensor): Tensor => reduceSum(over(mask), sumAxes);
  return [over(inRange(below, above)), total(below), total(above)];
}

function operands(inputs: TensorLike, min: TensorLike, max: TensorLike, perChannel: boolean, name: string) {
  const x = convertToTensor(inputs, 'float32', `${name}: inputs`);
  const [low, high] = [min, max].map((limit, i) => convertToTensor(limit, 'float32', `${name}: ${i ? 'max' : 'min'}`));
  const wanted = perChannel ? [x.dims.at(-1) ?? 0] : [];
  for (const limit of [low!, high!])
    if (String(limit.dims) !== String(wanted))
      throw new ShapeError(
        `${name}: limits of shape ${showShape(limit.dims)} for inputs ${showShape(x.dims)}; wanted ${perChannel ? 'one for each channel, the last axis' : 'scalars'}.`,
      );
  const axes = x.dims.map((_, i) => i).slice(0, perChannel ? -1 : undefined);
  return { x, low: low!, high: high!, axes };
}

const withLimits = (name: string, perChannel: boolean) =>
  signature(
    name,
    ['inputs', 'min', 'max', 'numBits', 'narrowRange'],
    (
      inputs: TensorLike,
      min: TensorLike,
      max: TensorLike,
      numBits: number = 8,
      narrowRange: boolean = false,
    ): Tensor => {
      checkedBits(numBits, name);
      const { x, low, high, axes } = operands(inputs, min, max, perChannel, name);
      return customGradient((a: Tensor, b: Tensor, c: Tensor) => {
        const all = faked(a, b, c, numBits, narrowRange);
        return [all.value, (upstream: Tensor) => gradientsOf(upstream, all, axes)];
      })(x, low, high) as Tensor;
    },
  );
const gradientWithLimits = (name: string, perChannel: boolean) =>
  signature(
    name,
    ['gradients', 'inputs', 'min', 'max', 'numBits', 'narrowRange'],
    (
      gradients: TensorLike,
      inputs: TensorLike,
      min: TensorLike,
      max: TensorLike,
      numBits: number = 8,
      narrowRange: boolean = false,
    ): [backpropsWrtInput: Tensor, backpropWrtMin: Tensor, backpropWrtMax: Tensor] => {
      checkedBits(numBits, name);
      const { x, low, high, axes } = operands(inputs, min, max, perChannel, name);
      const upstream = convertToTensor(gradients, 'float32', `${name}: gradients`);
      return gradientsOf(upstream, faked(x, low, high, numBits, narrowRange), axes);
    },
  );

/** Rounds to the 2^numBits numbers between two limits, moved so that 0 is one of them; gradients pass within, and go to the limits outside. */
export const fakeQuantWithMinMaxVars = withLimits('fakeQuantWithMinMaxVars', false);
/** fakeQuantWithMinMaxVars with limits for each place along the last axis. */
export const fakeQuantWithMinMaxVarsPerChannel = withLimits('fakeQuantWithMinMaxVarsPerChannel', true);
/** The gradients by inputs, min and max of fakeQuantWithMinMaxVars. */
export const fakeQuantWithMinMaxVarsGradient = gradientWithLimits('fakeQuantWithMinMaxVarsGradient', false);
/** The gradients by inputs, min and max of fakeQuantWithMinMaxVarsPerChannel. */
export const fakeQuantWithMinMaxVarsPerChannelGradient = gradientWithLimits(
  'fakeQuantWithMinMaxVarsPerChannelGradient',
  true,
);

function ordered(min: number, max: number, name: string): void {
  if (!(min < max)) throw new ValueError(`${name}: min is ${show(min)} and max ${show(max)}; wanted min < max.`);
}
/** fakeQuantWithMinMaxVars between two numbers. */
export const fakeQuantWithMinMaxArgs = signature(
  'fakeQuantWithMinMaxArgs',
  ['inputs', 'min', 'max', 'numBits', 'narrowRange'],
  (
    inputs: TensorLike,
    min: number = -6,
    max: number = 6,
    numBits: number = 8,
    narrowRange: boolean = false,
  ): Tensor => {
    ordered(min, max, 'fakeQuantWithMinMaxArgs');
    return fakeQuantWithMinMaxVars(inputs, min, max, numBits, narrowRange);
  },
);
/** The gradient by the inputs of fakeQuantWithMinMaxArgs. */
export const fakeQuantWithMinMaxArgsGradient = signature(
  'fakeQuantWithMinMaxArgsGradient',
  ['gradients', 'inputs', 'min', 'max', 'numBits', 'narrowRange'],
  (
    gradients: TensorLike,
    inputs: TensorLike,
    min: number = -6,
    max: number = 6,
    numBits: number = 8,
    narrowRange: boolean = false,
  ): Tensor => {
    ordered(min, max, 'fakeQuantWithMinMaxArgsGradient');
    return fakeQuantWithMinMaxVarsGradient(gradients, inputs, min, max, numBits, narrowRange)[0];
  },
);

type RoundMode = 'HALF_TO_EVEN' | 'HALF_UP';
/**
 * Rounds to whole multiples of max|range| / 2^(numBits − 1) and back, symmetrically about 0; the range is that of the input unless
 * it is given. Gradients pass between `inputMin` and `inputMax`.
 */
export const quantizeAndDequantizeV2 = signature(
  'quantizeAndDequantizeV2',
  ['input', 'inputMin', 'inputMax', 'signedInput', 'numBits', 'rangeGiven', 'roundMode', 'name', 'narrowRange', 'axis'],
  (
    input: TensorLike,
    inputMin: TensorLike,
    inputMax: TensorLike,
    signedInput: boolean = true,
    numBits: number = 8,
    rangeGiven: boolean = false,
    roundMode: RoundMode = 'HALF_TO_EVEN',
    _name: string | null = null,
    narrowRange: boolean = false,
    axis: number | null = null,
  ): Tensor => {
    const name = 'quantizeAndDequantizeV2';
    checkedBits(numBits, name, 62);
    if (roundMode !== 'HALF_TO_EVEN' && roundMode !== 'HALF_UP')
      throw new ValueError(`${name}: roundMode is ${show(roundMode)}; wanted 'HALF_TO_EVEN' or 'HALF_UP'.`);
    const x = convertToTensor(input, undefined, `${name}: input`);
    const at = axis === null || axis === -1 ? null : normalizeAxis(axis, x.dims.length, name);
    const along = x.dims.map((n, i) => (i === at ? n : 1));
    const others = x.dims.map((_, i) => i).filter((i) => i !== at);
    const shape = at === null ? [] : along;
    const given = (limit: TensorLike): Tensor =>
      p.reshape(p.convert(convertToTensor(limit, undefined, name), x.dtype), shape) as Tensor;
    const [least, most] = signedInput
      ? [-(2 ** (numBits - 1)) + (narrowRange ? 1 : 0), 2 ** (numBits - 1) - 1]
      : [0, 2 ** numBits - 1];
    return customGradient((value: Tensor, from: Tensor, to: Tensor) => {
      const [low, high] = rangeGiven
        ? [from, to]
        : ([reduceMin, reduceMax].map((reduce) => p.reshape(reduce(value, others), shape) as Tensor) as [
            Tensor,
            Tensor,
          ]);
      // The side that needs the larger steps decides; a side without numbers of its sign has no say.
      const side = (bound: number, range: Tensor): Tensor => {
        const has = greater(multiply(range, bound), 0);
        return where(has, divide(bound, where(has, range, 1)), 3.4028234663852886e38);
      };
      const [fromLow, fromHigh] = [side(least, low), side(most, high)];
      const lowDecides = less(fromLow, fromHigh);
      const scale = minimum(fromLow, fromHigh);
      const step = where(lowDecides, least === 0 ? 0 : divide(low, least), divide(high, most));
      const [lowest, highest] = [
        where(lowDecides, low, multiply(step, least)),
        where(lowDecides, multiply(step, most), high),
      ];
      const inside = rangeGiven ? maximum(minimum(value, highest), lowest) : value;
      const places = multiply(inside, scale);
      const whole = roundMode === 'HALF_UP' ? floor(add(places, 0.5)) : round(places);
      // As in TensorFlow these limits are those of the arguments, also where the range is the input's own.
      const passes = logicalAnd(greaterEqual(value, from), lessEqual(value, to));
      const gradient = (upstream: Tensor): Tensor[] => [
        where(passes, upstream, p.zerosLike(upstream) as Tensor),
        p.zerosLike(from) as Tensor,
        p.zerosLike(to) as Tensor,
      ];
      return [multiply(whole, step), gradient];
    })(x, given(inputMin), given(inputMax)) as Tensor;
  },
);
export { quantizeAndDequantizeV2 as quantizeAndDequantize };
