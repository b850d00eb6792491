// tf.keras.initializers: how weights begin.
// Owns: the table of names. The classes stand in the files beside it.
import type { DType } from '../../base/dtype.ts';
import { ShapeError } from '../../base/errors.ts';
import { type Shape, sameShape, showShape } from '../../base/shape.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { cast } from '../../ops/math/elementwise.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { floatx } from '../config.ts';
import { family } from '../family.ts';
import { toSnakeCase } from '../names.ts';
import type { Json } from '../schema.ts';
import { type DeserializeOptions, kerasObject } from '../serialization.ts';
import { Constant, Identity, Ones, Zeros } from './constant.ts';
import { Initializer, Initializer_, type InitializerFunction } from './initializer.ts';
import {
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  Orthogonal,
  RandomNormal,
  RandomUniform,
  TruncatedNormal,
  VarianceScaling,
} from './random.ts';
import { STFT } from './stft.ts';

export type { ConstantOptions, IdentityOptions } from './constant.ts';
export {
  Constant,
  Constant as constant,
  Identity,
  Identity as identity,
  Identity as IdentityInitializer,
  Ones,
  Ones as ones,
  Zeros,
  Zeros as zeros,
} from './constant.ts';
export { Initializer, type InitializerFunction, type InitializerOptions } from './initializer.ts';
export type {
  NormalOptions,
  OrthogonalOptions,
  ScaledOptions,
  UniformOptions,
  VarianceScalingOptions,
} from './random.ts';
export {
  GlorotNormal,
  GlorotNormal as glorotNormal,
  GlorotUniform,
  GlorotUniform as glorotUniform,
  HeNormal,
  HeNormal as heNormal,
  HeUniform,
  HeUniform as heUniform,
  LecunNormal,
  LecunNormal as lecunNormal,
  LecunUniform,
  LecunUniform as lecunUniform,
  Orthogonal,
  Orthogonal as orthogonal,
  Orthogonal as OrthogonalInitializer,
  RandomNormal,
  RandomNormal as randomNormal,
  RandomUniform,
  RandomUniform as randomUniform,
  TruncatedNormal,
  TruncatedNormal as truncatedNormal,
  VarianceScaling,
  VarianceScaling as varianceScaling,
} from './random.ts';
export { STFT, STFT as stft, STFT as STFTInitializer, type STFTOptions } from './stft.ts';

const classes = {
  Initializer,
  Constant,
  Identity,
  Ones,
  STFT,
  Zeros,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  Orthogonal,
  RandomNormal,
  RandomUniform,
  TruncatedNormal,
  VarianceScaling,
};
const aliases = {
  ...Object.fromEntries(Object.entries(classes).map(([name, entry]) => [toSnakeCase(name), entry])),
  IdentityInitializer: Identity,
  OrthogonalInitializer: Orthogonal,
  STFTInitializer: STFT,
  normal: RandomNormal,
  uniform: RandomUniform,
  one: Ones,
  zero: Zeros,
};

/** The names that options take. */
export type Name =
  | 'zeros'
  | 'ones'
  | 'constant'
  | 'identity'
  | 'glorot_normal'
  | 'glorot_uniform'
  | 'he_normal'
  | 'he_uniform'
  | 'lecun_normal'
  | 'lecun_uniform'
  | 'orthogonal'
  | 'random_normal'
  | 'random_uniform'
  | 'truncated_normal'
  | 'variance_scaling'
  | 'stft'
  | 'normal'
  | 'uniform'
  | 'one'
  | 'zero'
  | Exclude<keyof typeof classes, 'Initializer'>;
/** What initializer options take: a name, an initializer, a function of shape and options. */
export type Like = Name | InitializerFunction;

const own = family<InitializerFunction>({
  what: 'initializer',
  module: 'keras.initializers',
  base: Initializer_,
  members: classes,
  aliases,
  functions: true,
});

/** The initializer of a name, a config, a function, or a tensor that is the value itself; null for null. */
export function get(identifier: null | undefined): null;
export function get(identifier: Like | string | TensorLike | { [name: string]: Json }): InitializerFunction;
export function get(identifier: Like | string | Json | TensorLike | null | undefined): InitializerFunction | null;
export function get(identifier: Like | string | Json | TensorLike | null | undefined): InitializerFunction | null {
  if (identifier instanceof Tensor || ArrayBuffer.isView(identifier)) return fromTensor(identifier);
  return own.get(identifier);
}

function fromTensor(given: TensorLike): InitializerFunction {
  const value = convertToTensor(given, undefined, 'initializer');
  return (shape: Shape, options: Options<{ dtype: DType }> = {}) => {
    if (!sameShape(shape, value.dims))
      throw new ShapeError(
        `initializer: the tensor given has shape ${showShape(value.dims)}, the weight ${showShape(shape)}; wanted equal shapes.`,
      );
    return cast(value, options.dtype ?? floatx());
  };
}

export const { serialize } = own;
export const deserialize = (config: Json, customObjects?: DeserializeOptions['customObjects']): InitializerFunction =>
  own.deserialize(config, customObjects);

/** The kind of options that take an initializer. */
export const kind = kerasObject<Like, InitializerFunction>(
  'the name of an initializer, an initializer, or a function',
  (value) => get(value),
);
