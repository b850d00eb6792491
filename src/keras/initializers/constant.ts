// Initializers without chance: zeros, ones, a constant, the identity matrix.
// Owns: these four. Random ones stand in random.ts, Fourier kernels in stft.ts.
import { type Class, callable } from '../../base/callable.ts';
import type { DType } from '../../base/dtype.ts';
import { ShapeError } from '../../base/errors.ts';
import { type Dims, showShape } from '../../base/shape.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { eye, ones, zeros } from '../../ops/core/create.ts';
import { cast, multiply } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { any, type Config, type Json, type Kind, number, optional, schema } from '../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../serialization.ts';
import { Initializer_ } from './initializer.ts';

class Zeros_ extends Initializer_ {
  override get isRepeatable(): boolean {
    return true;
  }
  override call(shape: Dims, { dtype }: { readonly dtype: DType }): Tensor {
    return zeros(shape, { dtype });
  }
}
export interface Zeros extends Zeros_ {}
/** All 0. */
export const Zeros: Class<[], Zeros> = callable(Zeros_, 'Zeros');

class Ones_ extends Initializer_ {
  override get isRepeatable(): boolean {
    return true;
  }
  override call(shape: Dims, { dtype }: { readonly dtype: DType }): Tensor {
    return ones(shape, { dtype });
  }
}
export interface Ones extends Ones_ {}
/** All 1. */
export const Ones: Class<[], Ones> = callable(Ones_, 'Ones');

const anything = any('a number, a tensor, or nested arrays', (value: unknown): value is TensorLike => value !== null);
const constantValue: Kind<TensorLike> = {
  ...anything,
  toConfig: (value) => serializeKerasObject(value),
  fromConfig: (value: Json) => deserializeKerasObject(value),
};
const constantOptions = schema('Constant', { value: optional(constantValue, 0) }, { positional: ['value'] });
export interface ConstantOptions extends Options<{ value: TensorLike }> {}

class Constant_ extends Initializer_ {
  readonly value: TensorLike;
  constructor(...args: [value?: TensorLike] | [options: ConstantOptions]) {
    super();
    this.value = constantOptions.parse(args).value;
  }
  override call(shape: Dims, { dtype }: { readonly dtype: DType }): Tensor {
    return multiply(cast(convertToTensor(this.value, undefined, 'Constant: value'), dtype), ones(shape, { dtype }));
  }
  override getConfig(): Config {
    return constantOptions.toConfig(this);
  }
}
export interface Constant extends Constant_ {}
/** The same value everywhere; an array or tensor is broadcast to the shape. */
export const Constant: Class<[value?: TensorLike] | [options: ConstantOptions], Constant> = callable(
  Constant_,
  'Constant',
);

const identityOptions = schema('Identity', { gain: optional(number(), 1) }, { positional: ['gain'] });
export interface IdentityOptions extends Options<{ gain: number }> {}

class Identity_ extends Initializer_ {
  readonly gain: number;
  constructor(...args: [gain?: number] | [options: IdentityOptions]) {
    super();
    this.gain = identityOptions.parse(args).gain;
  }
  override call(shape: Dims, { dtype }: { readonly dtype: DType }): Tensor {
    if (shape.length !== 2)
      throw new ShapeError(`initializer Identity: found shape ${showShape(shape)}, wanted two dimensions: a matrix.`);
    return multiply(eye(shape[0]!, { numColumns: shape[1]!, dtype }), this.gain);
  }
  override getConfig(): Config {
    return identityOptions.toConfig(this);
  }
}
export interface Identity extends Identity_ {}
/** `gain` on the diagonal of a matrix. */
export const Identity: Class<[gain?: number] | [options: IdentityOptions], Identity> = callable(Identity_, 'Identity');
