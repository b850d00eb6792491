// Objects that are functions: `lossFn(yTrue, yPred)`, `layer(x)`, `initializer(shape)`.
// Owns: the construction. The function is named when it is made and its prototype is swapped: deleting or redefining
// `name` later would turn the object slow, and a Proxy costs ten times as much for each call.
import { inspect, shortForm } from './short-form.ts';

/** The constructor makes a function that calls `invoke`; fields of subclasses become properties of that function. */
export abstract class FunctionObject {
  /** The function's own name: fixed when it is made. */
  declare readonly name: string;

  constructor(name: string) {
    const self = { [name]: (...args: unknown[]): unknown => object.invoke(...args) }[name]!;
    const object = Object.setPrototypeOf(self, new.target.prototype) as FunctionObject;
    // biome-ignore lint/correctness/noConstructorReturn: the function is the object.
    return object;
  }

  /** What a call of the object does. */
  protected abstract invoke(...args: unknown[]): unknown;

  toString(): string {
    return shortForm(this);
  }
  [inspect](): string {
    return this.toString();
  }
}
