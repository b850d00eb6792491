// Classes that may be called with or without `new`, and extended.
// Owns: the type pattern and the wrapper. In a source file:
//   class DenseLayer extends Layer { constructor(...args: DenseArgs) { … } }
//   export interface Dense extends DenseLayer {}
//   export const Dense: Class<DenseArgs, Dense> = callable(DenseLayer, 'Dense');

import { misuse } from './misuse.ts';

/** One signature of each kind, its forms a union of labelled tuples, so that a list of such classes stays callable. */
export interface Class<Args extends readonly unknown[], Instance> {
  new (...args: Args): Instance;
  (...args: Args): Instance;
  readonly prototype: Instance;
}

type Constructor<Args extends readonly unknown[], Instance> = (new (
  ...args: Args
) => Instance) & { readonly prototype: Instance };

/** The class under `name`, callable without `new`; `extends` and `instanceof` work as with the class itself. */
export function callable<Args extends readonly unknown[], Instance>(
  target: Constructor<Args, Instance>,
  name: string,
): Class<Args, Instance> {
  function wrapper(...args: Args): Instance {
    // A class of the user's own: its constructor throws what it likes.
    if (new.target !== undefined && new.target !== wrapper)
      return Reflect.construct(target, args, new.target) as Instance;
    try {
      return Reflect.construct(target, args) as Instance;
    } catch (error) {
      throw misuse(name, [], args, error);
    }
  }
  Object.defineProperty(wrapper, 'name', { value: name });
  // Errors and `constructor.name` show the public name, also in minified bundles.
  Object.defineProperty(target, 'name', { value: name });
  Object.defineProperty(wrapper, 'prototype', { value: target.prototype });
  Object.defineProperty(target.prototype as object, 'constructor', {
    value: wrapper,
    writable: true,
    configurable: true,
  });
  return Object.setPrototypeOf(wrapper, target) as Class<Args, Instance>;
}
