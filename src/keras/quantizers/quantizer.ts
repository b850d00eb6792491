// Quantizers: objects that make codes and scales of tensors.
import { type Class, callable } from '../../base/callable.ts';
import type { DType } from '../../base/dtype.ts';
import { StateError, ValueError } from '../../base/errors.ts';
import { FunctionObject } from '../../base/function-object.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { epsilon as defaultEpsilon } from '../config.ts';
import { type Config, dtype, either, integer, integers, list, nullable, number, optional, schema } from '../schema.ts';
import { type Axes, absMaxQuantize, type ValueRange } from './numbers.ts';

export interface QuantizeOptions extends Options<{ axis: Axes | null; toNumpy: boolean }> {}

/** A subclass writes `call(x, options)`, which gives codes and scale, and `getConfig`. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor makes a function.
export class Quantizer_ extends FunctionObject {
  readonly outputDtype: DType;
  constructor({ outputDtype = 'int8' }: Options<{ outputDtype: DType }> = {}) {
    super(new.target.name);
    this.outputDtype = outputDtype;
  }
  protected override invoke(x: TensorLike, options: QuantizeOptions = {}): [codes: Tensor, scale: Tensor] {
    return this.call(x, options);
  }
  call(_x: TensorLike, _options?: QuantizeOptions): [codes: Tensor, scale: Tensor] {
    throw new StateError(
      `quantizer ${this.constructor.name} has no call(x, { axis }); write one that gives codes and scale.`,
    );
  }
  getConfig(): Config {
    throw new StateError(`quantizer ${this.constructor.name} has no getConfig(); write one, so that it can be saved.`);
  }
  static fromConfig(config: Config): Quantizer {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return Reflect.construct(this, [config]) as Quantizer;
  }
}
export interface Quantizer_ {
  readonly name: string;
  (x: TensorLike, options?: QuantizeOptions): [codes: Tensor, scale: Tensor];
}
export interface Quantizer extends Quantizer_ {}
export const Quantizer: Class<[options?: Options<{ outputDtype: DType }>], Quantizer> = callable(
  Quantizer_,
  'Quantizer',
);

const options = schema(
  'AbsMaxQuantizer',
  {
    axis: optional(nullable(either(integer(), integers())), null, { omitNull: true }),
    valueRange: optional(list(number(), 2), [-127, 127]),
    epsilon: optional(nullable(number()), null),
    outputDtype: optional(dtype, 'int8'),
  },
  { positional: ['axis', 'valueRange', 'epsilon', 'outputDtype'] },
);
export interface AbsMaxQuantizerOptions
  extends Options<{ axis: Axes | null; valueRange: ValueRange; epsilon: number; outputDtype: DType }> {}
type AbsMaxArgs = [axis?: Axes | null, options?: AbsMaxQuantizerOptions] | [options: AbsMaxQuantizerOptions];

class AbsMaxQuantizer_ extends Quantizer_ {
  readonly axis: readonly number[] | null;
  readonly valueRange: ValueRange;
  readonly epsilon: number;

  constructor(...args: AbsMaxArgs) {
    const { axis, valueRange, epsilon, outputDtype } = options.parse(args);
    super({ outputDtype });
    this.axis = typeof axis === 'number' ? [axis] : axis;
    this.valueRange = valueRange as ValueRange;
    this.epsilon = epsilon ?? defaultEpsilon();
    if (outputDtype === 'int8' && (this.valueRange[0] < -128 || this.valueRange[1] > 127))
      throw new ValueError(
        `AbsMaxQuantizer: valueRange is [${valueRange.join(', ')}]; int8 holds -128 … 127. Give a range within, or another outputDtype.`,
      );
  }
  override call(x: TensorLike, { axis }: QuantizeOptions = {}): [codes: Tensor, scale: Tensor] {
    const { valueRange, outputDtype, epsilon } = this;
    return absMaxQuantize(x, axis ?? this.axis ?? -1, { valueRange, dtype: outputDtype, epsilon });
  }
  override getConfig(): Config {
    const { axis, valueRange, epsilon, outputDtype } = this;
    const config: Config = { value_range: [...valueRange], epsilon, output_dtype: outputDtype };
    return axis === null ? config : { ...config, axis: [...axis] };
  }
  static override fromConfig(config: Config): Quantizer {
    return new AbsMaxQuantizer_(options.fromConfig(config));
  }
}
export interface AbsMaxQuantizer extends AbsMaxQuantizer_ {}
/** Codes x · high / max|x|, rounded: the largest of each row (or whatever `axis` says) becomes the end of the range. */
export const AbsMaxQuantizer: Class<AbsMaxArgs, AbsMaxQuantizer> = callable(AbsMaxQuantizer_, 'AbsMaxQuantizer');
