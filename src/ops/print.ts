// tf.print: values as lines of text, also from inside compiled functions.
// Owns: the options; how a tensor is written stands in strings/numbers.ts.
import { isRecord } from '../base/record.ts';
import { resolve } from '../runtime/execute.ts';
import { Tensor } from '../runtime/tensor.ts';
import { effect } from './core/effects.ts';

import { summarized } from './strings/numbers.ts';

export interface PrintOptions {
  /** Takes the text; 'stdout' and 'stderr' are the console's. */
  readonly outputStream?: 'stdout' | 'stderr' | ((text: string) => void) | undefined;
  /** How many elements at both ends of each axis are shown; −1: all. */
  readonly summarize?: number | undefined;
  readonly sep?: string | undefined;
  readonly end?: string | undefined;
}

const KEYS = ['outputStream', 'summarize', 'sep', 'end', 'name'];

/** Prints values side by side. In tf.function it prints each time the program runs. */
export function print(...inputs: unknown[]): void {
  const last = inputs.at(-1);
  const options: PrintOptions =
    isRecord(last) && Object.keys(last).length > 0 && Object.keys(last).every((key) => KEYS.includes(key))
      ? (last as PrintOptions)
      : {};
  const parts = options === last ? inputs.slice(0, -1) : inputs;
  const { sep = ' ', end = '\n', summarize = 3, outputStream = 'stdout' } = options;
  const tensors = parts.filter((part): part is Tensor => part instanceof Tensor);
  effect('print', tensors.map(resolve), (values) => {
    let next = 0;
    const write = (part: unknown): string => {
      if (part instanceof Tensor) return summarized(values[next++]!, summarize);
      if (Array.isArray(part)) return `[${part.map(write).join(', ')}]`;
      return String(part);
    };
    const text = parts.map(write).join(sep) + end;
    if (typeof outputStream === 'function') outputStream(text);
    else {
      const line = text.endsWith('\n') ? text.slice(0, -1) : text;
      if (outputStream === 'stdout') console.log(line);
      else console.error(line);
    }
  });
}
