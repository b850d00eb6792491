// The class behind constraints: a function object that subclasses give a `call(w)`.
import { type Class, callable } from '../../base/callable.ts';
import { StateError } from '../../base/errors.ts';
import { FunctionObject } from '../../base/function-object.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { resolve } from '../../runtime/execute.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { toSnakeCase } from '../names.ts';
import { type Config, optionsOfConfig } from '../schema.ts';

/** A subclass writes `call(w)`, which gives the weight as it shall be, and `getConfig`. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor makes a function.
export class Constraint_ extends FunctionObject {
  constructor() {
    super(toSnakeCase(new.target.name) || 'constraint');
  }
  protected override invoke(w: TensorLike): Tensor {
    return this.call(resolve(convertToTensor(w, undefined, this.constructor.name)));
  }
  call(_w: Tensor): Tensor {
    throw new StateError(`constraint ${this.constructor.name} has no call(w) method; write one that gives the weight.`);
  }
  getConfig(): Config {
    return {};
  }
  static fromConfig(config: Config): Constraint {
    const options = optionsOfConfig(config);
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return Reflect.construct(this, Object.keys(options).length === 0 ? [] : [options]) as Constraint;
  }
}
export interface Constraint_ {
  readonly name: string;
  (w: TensorLike): Tensor;
}
export interface Constraint extends Constraint_ {}
/** The class to extend for constraints of one's own. */
export const Constraint: Class<[], Constraint> = callable(Constraint_, 'Constraint');
