// tf.Module: an object that knows the variables it holds.
// Owns: walking of fields, lists and records. Keras's layers have a walk of their own, with names.

import { type Class, callable } from '../../base/callable.ts';
import { isRecord } from '../../base/record.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { VariableTensor } from '../../runtime/variable.ts';

/** Base of objects whose variables are found in their fields, in lists and records, and in modules inside. */
class ModuleBase {
  readonly name: string;
  constructor(options: { readonly name?: string } | string = {}) {
    this.name =
      typeof options === 'string'
        ? options
        : (options.name ?? this.constructor.name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase());
  }
  /** All variables, each once. */
  get variables(): VariableTensor[] {
    const found = new Set<VariableTensor>();
    walk(this, (value) => {
      if (value instanceof VariableTensor) found.add(value);
    });
    return [...found];
  }
  get trainableVariables(): VariableTensor[] {
    return this.variables.filter((variable) => variable.trainable);
  }
  get nonTrainableVariables(): VariableTensor[] {
    return this.variables.filter((variable) => !variable.trainable);
  }
  /** All modules inside, each once. */
  get submodules(): Module[] {
    const found = new Set<Module>();
    walk(this, (value) => {
      if (value instanceof Module && value !== this) found.add(value);
    });
    return [...found];
  }
}
export interface Module extends ModuleBase {}
export const Module: Class<[options?: { readonly name?: string } | string], Module> = callable(ModuleBase, 'Module');

function walk(root: object, visit: (value: unknown) => void): void {
  const seen = new Set<object>();
  const step = (value: unknown): void => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) return;
    seen.add(value);
    visit(value);
    if (value instanceof Tensor || ArrayBuffer.isView(value)) return;
    // What holds variables itself (a layer of Keras) is asked.
    if (value !== root && !(value instanceof Module) && 'variables' in value && Array.isArray(value.variables)) {
      value.variables.forEach(step);
      return;
    }
    if (Array.isArray(value)) value.forEach(step);
    else if (value instanceof Map) for (const item of value.values()) step(item);
    else if (value === root || value instanceof Module || isRecord(value))
      for (const key of Object.keys(value).sort()) step((value as Record<string, unknown>)[key]);
  };
  step(root);
}
