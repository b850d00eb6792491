// The base of initializers: functions from a shape to a tensor.
// Owns: the call, config and copying. The classes stand in constant.ts and random.ts.
import { type Class, callable } from '../../base/callable.ts';
import { asDType, type DType } from '../../base/dtype.ts';
import { StateError } from '../../base/errors.ts';
import { FunctionObject } from '../../base/function-object.ts';
import type { Dims, Shape } from '../../base/shape.ts';
import { asDims } from '../../ops/core/convert.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { floatx } from '../config.ts';
import { toSnakeCase } from '../names.ts';
import { type Config, optionsOfConfig } from '../schema.ts';

export interface InitializerOptions extends Options<{ dtype: DType | null }> {}
export type InitializerFunction = (shape: Shape, options?: Options<{ dtype: DType }>) => Tensor;

/** A subclass writes `call(shape, { dtype })`, and `getConfig` if its constructor takes options. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor makes a function.
export class Initializer_ extends FunctionObject {
  constructor() {
    super(toSnakeCase(new.target.name) || 'initializer');
  }

  protected override invoke(shape: Shape | number, options: InitializerOptions = {}): Tensor {
    const dtype = asDType(options.dtype ?? floatx(), `${this.constructor.name}: dtype`);
    return this.call(asDims(typeof shape === 'number' ? [shape] : shape, `${this.constructor.name}: shape`), { dtype });
  }

  /** The tensor of that shape and dtype. */
  call(_shape: Dims, _options: { readonly dtype: DType }): Tensor {
    throw new StateError(
      `initializer ${this.constructor.name} has no call(shape, { dtype }) method; write one that returns a tensor.`,
    );
  }

  /** Whether it gives the same numbers whenever it is called, so that a weight may wait for its first value. */
  get isRepeatable(): boolean {
    return false;
  }

  getConfig(): Config {
    return {};
  }
  /** A copy; random ones without a seed draw a new one. */
  clone(): this {
    return (this.constructor as typeof Initializer_).fromConfig(this.getConfig()) as this;
  }
  static fromConfig(config: Config): Initializer {
    const options = optionsOfConfig(config);
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return Reflect.construct(this, Object.keys(options).length === 0 ? [] : [options]) as Initializer;
  }
}
export interface Initializer_ {
  readonly name: string;
  (shape: Shape, options?: InitializerOptions): Tensor;
}

export interface Initializer extends Initializer_ {}
/** The class to extend for initializers of one's own. */
export const Initializer: Class<[], Initializer> = callable(Initializer_, 'Initializer');
