// Random initializers, equal to Keras on TensorFlow for every seed.
// Owns: options and configs. Fans, scales and the numbers stand in src/base/random.

import { type Class, callable } from '../../base/callable.ts';
import type { DType } from '../../base/dtype.ts';
import { ShapeError, StateError } from '../../base/errors.ts';
import {
  computeFans,
  orthogonalValues,
  type ScalingDistribution,
  type ScalingMode,
} from '../../base/random/initial-values.ts';
import { makeDefaultSeed } from '../../base/random/keras-seed.ts';
import { isRecord } from '../../base/record.ts';
import { type Dims, showShape } from '../../base/shape.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { floatDType } from '../random/dtype.ts';
import { normal, truncatedNormal as truncatedNormalNumbers, uniform } from '../random/index.ts';
import { drawSeed, SeedGenerator, type SeedLike } from '../random/seed-generator.ts';
import { type Config, integers, type Json, type Kind, nullable, number, oneOf, optional, schema } from '../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../serialization.ts';
import { Initializer_ } from './initializer.ts';

type Seed = number | SeedGenerator | null;
const seedKind: Kind<Seed> = {
  wanted: 'a whole number, a SeedGenerator, or null',
  parse: (value) =>
    value === null || Number.isInteger(value) || value instanceof SeedGenerator ? { value: value as Seed } : null,
  toConfig: (value) => serializeKerasObject(value),
  fromConfig: (value: Json) => (isRecord(value) ? deserializeKerasObject(value) : value),
};
const seedOption = optional(seedKind, null);

/** What all random initializers share: the seed that was given, for the config, and the one that is used. */
export abstract class RandomInitializer extends Initializer_ {
  readonly #given: Seed;
  /** A number, so that every call gives the same, or a generator, so that every call gives the next. */
  readonly seed: number | SeedGenerator;

  constructor(seed: Seed) {
    super();
    this.#given = seed;
    this.seed = seed ?? makeDefaultSeed();
  }
  override get isRepeatable(): boolean {
    return typeof this.seed === 'number';
  }
  /** The config of a schema, with the seed as it was given. */
  protected withSeed(config: Config): Config {
    return { ...config, seed: serializeKerasObject(this.#given) };
  }
}

const normalOptions = (name: string) =>
  schema(
    name,
    { seed: seedOption, mean: optional(number(), 0), stddev: optional(number({ min: 0 }), 0.05) },
    { positional: ['mean', 'stddev', 'seed'] },
  );
export interface NormalOptions extends Options<{ mean: number; stddev: number; seed: Seed }> {}
type NormalArgs =
  | [mean?: number, stddev?: number, options?: NormalOptions]
  | [mean: number, options: NormalOptions]
  | [options?: NormalOptions];

const randomNormal = normalOptions('RandomNormal');
class RandomNormal_ extends RandomInitializer {
  readonly mean: number;
  readonly stddev: number;
  constructor(...args: NormalArgs) {
    const { mean, stddev, seed } = randomNormal.parse(args);
    super(seed);
    this.mean = mean;
    this.stddev = stddev;
  }
  override call(shape: Dims, { dtype }: { readonly dtype: DType }): Tensor {
    const { mean, stddev, seed } = this;
    return normal(shape, { mean, stddev, dtype, seed });
  }
  override getConfig(): Config {
    return this.withSeed(randomNormal.toConfig(this));
  }
}
export interface RandomNormal extends RandomNormal_ {}
/** Normal deviates. */
export const RandomNormal: Class<NormalArgs, RandomNormal> = callable(RandomNormal_, 'RandomNormal');

const truncatedNormal = normalOptions('TruncatedNormal');
class TruncatedNormal_ extends RandomInitializer {
  readonly mean: number;
  readonly stddev: number;
  constructor(...args: NormalArgs) {
    const { mean, stddev, seed } = truncatedNormal.parse(args);
    super(seed);
    this.mean = mean;
    this.stddev = stddev;
  }
  override call(shape: Dims, { dtype }: { readonly dtype: DType }): Tensor {
    const { mean, stddev, seed } = this;
    return truncatedNormalNumbers(shape, { mean, stddev, dtype, seed });
  }
  override getConfig(): Config {
    return this.withSeed(truncatedNormal.toConfig(this));
  }
}
export interface TruncatedNormal extends TruncatedNormal_ {}
/** Normal deviates within two standard deviations of the mean. */
export const TruncatedNormal: Class<NormalArgs, TruncatedNormal> = callable(TruncatedNormal_, 'TruncatedNormal');

const uniformOptions = schema(
  'RandomUniform',
  { seed: seedOption, minval: optional(number(), -0.05), maxval: optional(number(), 0.05) },
  { positional: ['minval', 'maxval', 'seed'] },
);
export interface UniformOptions extends Options<{ minval: number; maxval: number; seed: Seed }> {}
type UniformArgs =
  | [minval?: number, maxval?: number, options?: UniformOptions]
  | [minval: number, options: UniformOptions]
  | [options?: UniformOptions];

class RandomUniform_ extends RandomInitializer {
  readonly minval: number;
  readonly maxval: number;
  constructor(...args: UniformArgs) {
    const { minval, maxval, seed } = uniformOptions.parse(args);
    super(seed);
    this.minval = minval;
    this.maxval = maxval;
  }
  override call(shape: Dims, { dtype }: { readonly dtype: DType }): Tensor {
    const { minval, maxval, seed } = this;
    return uniform(shape, { minval, maxval, dtype, seed });
  }
  override getConfig(): Config {
    return this.withSeed(uniformOptions.toConfig(this));
  }
}
export interface RandomUniform extends RandomUniform_ {}
/** Uniform numbers in [minval, maxval). */
export const RandomUniform: Class<UniformArgs, RandomUniform> = callable(RandomUniform_, 'RandomUniform');

/** The standard deviation of a normal deviate cut off at ±2. */
const TRUNCATED_DEVIATION = 0.8796256610342398;
const axesOption = optional(nullable(integers()), null);

interface Scaling {
  readonly scale: number;
  readonly mode: ScalingMode;
  readonly distribution: ScalingDistribution;
  readonly inputAxes: readonly number[] | null;
  readonly outputAxes: readonly number[] | null;
}

function scaledNumbers(seed: SeedLike, shape: Dims, dtype: DType, options: Scaling): Tensor {
  const { fanIn, fanOut } = computeFans(shape, options.inputAxes, options.outputAxes);
  const fan = options.mode === 'fan_in' ? fanIn : options.mode === 'fan_out' ? fanOut : (fanIn + fanOut) / 2;
  const variance = options.scale / Math.max(1, fan);
  if (options.distribution === 'uniform') {
    const limit = Math.sqrt(3 * variance);
    return uniform(shape, { minval: -limit, maxval: limit, dtype, seed });
  }
  return options.distribution === 'untruncated_normal'
    ? normal(shape, { stddev: Math.sqrt(variance), dtype, seed })
    : truncatedNormalNumbers(shape, { stddev: Math.sqrt(variance) / TRUNCATED_DEVIATION, dtype, seed });
}

const scalingOptions = schema(
  'VarianceScaling',
  {
    seed: seedOption,
    scale: optional(number({ min: 0, open: 'min' }), 1),
    mode: optional(oneOf('fan_in', 'fan_out', 'fan_avg'), 'fan_in'),
    distribution: optional(oneOf('uniform', 'truncated_normal', 'untruncated_normal', 'normal'), 'truncated_normal'),
    inputAxes: axesOption,
    outputAxes: axesOption,
  },
  { positional: ['scale', 'mode', 'distribution', 'seed'] },
);
type Axes = readonly number[] | null;
export interface VarianceScalingOptions
  extends Options<{
    scale: number;
    mode: ScalingMode;
    distribution: ScalingDistribution | 'normal';
    seed: Seed;
    inputAxes: Axes;
    outputAxes: Axes;
  }> {}
type ScalingArgs = [scale?: number, options?: VarianceScalingOptions] | [options?: VarianceScalingOptions];

class VarianceScaling_ extends RandomInitializer implements Scaling {
  readonly scale: number;
  readonly mode: ScalingMode;
  readonly distribution: ScalingDistribution;
  readonly inputAxes: Axes;
  readonly outputAxes: Axes;
  constructor(...args: ScalingArgs) {
    const values = scalingOptions.parse(args);
    super(values.seed);
    this.scale = values.scale;
    this.mode = values.mode;
    this.distribution = values.distribution === 'normal' ? 'truncated_normal' : values.distribution;
    this.inputAxes = values.inputAxes;
    this.outputAxes = values.outputAxes;
  }
  override call(shape: Dims, { dtype }: { readonly dtype: DType }): Tensor {
    return scaledNumbers(this.seed, shape, dtype, this);
  }
  override getConfig(): Config {
    return this.withSeed(scalingOptions.toConfig(this));
  }
}
export interface VarianceScaling extends VarianceScaling_ {}
/** Deviates whose variance is `scale` over the number of inputs, of outputs, or their mean. */
export const VarianceScaling: Class<ScalingArgs, VarianceScaling> = callable(VarianceScaling_, 'VarianceScaling');

export interface ScaledOptions extends Options<{ seed: Seed; inputAxes: Axes; outputAxes: Axes }> {}
type ScaledArgs = [seed: number] | [options?: ScaledOptions];
export interface Scaled extends RandomInitializer {
  readonly inputAxes: Axes;
  readonly outputAxes: Axes;
}

/** VarianceScaling with a scale, mode and distribution of its own. */
function scaled(
  name: string,
  scale: number,
  mode: ScalingMode,
  distribution: ScalingDistribution,
): Class<ScaledArgs, Scaled> {
  const options = schema(
    name,
    { seed: seedOption, inputAxes: axesOption, outputAxes: axesOption },
    { positional: ['seed'] },
  );
  class ScaledInitializer extends RandomInitializer {
    readonly inputAxes: Axes;
    readonly outputAxes: Axes;
    constructor(...args: ScaledArgs) {
      const values = options.parse(args);
      super(values.seed);
      this.inputAxes = values.inputAxes;
      this.outputAxes = values.outputAxes;
    }
    override call(shape: Dims, { dtype }: { readonly dtype: DType }): Tensor {
      const { inputAxes, outputAxes } = this;
      return scaledNumbers(this.seed, shape, dtype, { scale, mode, distribution, inputAxes, outputAxes });
    }
    override getConfig(): Config {
      return this.withSeed(options.toConfig(this));
    }
  }
  return callable(ScaledInitializer, name);
}
/** Uniform within ±√(6 / (inputs + outputs)) (Glorot & Bengio, 2010). */
export const GlorotUniform = scaled('GlorotUniform', 1, 'fan_avg', 'uniform');
/** Truncated normal with variance 2 / (inputs + outputs). */
export const GlorotNormal = scaled('GlorotNormal', 1, 'fan_avg', 'truncated_normal');
/** Uniform within ±√(3 / inputs). */
export const LecunUniform = scaled('LecunUniform', 1, 'fan_in', 'uniform');
/** Truncated normal with variance 1 / inputs. */
export const LecunNormal = scaled('LecunNormal', 1, 'fan_in', 'truncated_normal');
/** Uniform within ±√(6 / inputs) (He et al., 2015). */
export const HeUniform = scaled('HeUniform', 2, 'fan_in', 'uniform');
/** Truncated normal with variance 2 / inputs. */
export const HeNormal = scaled('HeNormal', 2, 'fan_in', 'truncated_normal');

const orthogonalOptions = schema(
  'Orthogonal',
  { seed: seedOption, gain: optional(number(), 1) },
  { positional: ['gain', 'seed'] },
);
export interface OrthogonalOptions extends Options<{ gain: number; seed: Seed }> {}
type OrthogonalArgs = [gain?: number, options?: OrthogonalOptions] | [options?: OrthogonalOptions];

class Orthogonal_ extends RandomInitializer {
  /** It refuses shapes, which is to be heard where the weight is made. */
  override get isRepeatable(): boolean {
    return false;
  }
  readonly gain: number;
  constructor(...args: OrthogonalArgs) {
    const { gain, seed } = orthogonalOptions.parse(args);
    super(seed);
    this.gain = gain;
  }
  override call(shape: Dims, { dtype }: { readonly dtype: DType }): Tensor {
    if (shape.length < 2)
      throw new ShapeError(`initializer Orthogonal: found shape ${showShape(shape)}, wanted at least two dimensions.`);
    const float = floatDType(dtype, 'Orthogonal');
    const seed = drawSeed(this.seed).elements as Int32Array | null;
    if (!seed)
      throw new StateError(
        'initializer Orthogonal: called while a function is traced; make weights outside tf.function.',
      );
    return eagerTensor(orthogonalValues(seed, shape, this.gain, float), shape, float);
  }
  override getConfig(): Config {
    return this.withSeed(orthogonalOptions.toConfig(this));
  }
}
export interface Orthogonal extends Orthogonal_ {}
/** Orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al., 2013). */
export const Orthogonal: Class<OrthogonalArgs, Orthogonal> = callable(Orthogonal_, 'Orthogonal');
